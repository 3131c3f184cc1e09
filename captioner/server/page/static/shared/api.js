/** @import {Session} from './types.js' */
import { askKey } from './key_dialog.js';

/** An answer of the server that is an error. */
export class ApiError extends Error {
  /** @param {number} status @param {string} code @param {string} message @param {Record<string, unknown>} body */
  constructor(status, code, message, body) {
    super(message);
    this.status = status;
    this.code = code;
    this.body = body;
  }
}

/** The server cannot be reached. */
export class Unreachable extends Error {}

const KEY = 'captioner-key';

/**
 * @typedef {{method?: string, json?: unknown, body?: BodyInit, headers?: Record<string, string>, signal?: AbortSignal,
 *   keepalive?: boolean}} CallOptions
 */

/**
 * Return the answer of the server. Asks for a key where the server needs one. Raises `ApiError` and `Unreachable`.
 * @param {string} path @param {CallOptions} [options] @returns {Promise<Response>}
 */
export async function call(path, options = {}) {
  const response = await send(path, options);
  if (response.status === 401 && (await signIn())) return checked(await send(path, options));
  return checked(response);
}

/** Return the JSON of the server's answer. @param {string} path @param {CallOptions} [options] @returns {Promise<any>} */
export async function callJson(path, options = {}) {
  return (await call(path, options)).json();
}

/** Return what the server says of this browser's rights. @returns {Promise<Session>} */
export async function session() {
  try {
    return await callJson('/v1/session');
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) {
      return { keys: false, read_only: false, job: null, backend: null, profile: null };
    }
    throw error;
  }
}

/** Open the session of a read-only link. @param {string} token */
export async function openShared(token) {
  await checked(await send('/v1/session', { method: 'POST', json: { share: token } }));
}

/** @param {string} path @param {CallOptions} options @returns {Promise<Response>} */
async function send(path, { json, headers = {}, ...options }) {
  const body = json === undefined ? options.body : JSON.stringify(json);
  /** @type {Record<string, string>} */
  const type = json === undefined ? {} : { 'Content-Type': 'application/json' };
  try {
    return await fetch(path, { ...options, headers: { ...type, ...headers }, credentials: 'same-origin', ...(body === undefined ? {} : { body }) });
  } catch (error) {
    if (options.signal?.aborted) throw error;
    throw new Unreachable(String(error));
  }
}

/** @param {Response} response @returns {Promise<Response>} */
async function checked(response) {
  if (response.ok) return response;
  const text = await response.text();
  /** @type {Record<string, any>} */
  let body = {};
  try {
    body = JSON.parse(text);
  } catch {
    // Not JSON: a proxy, or a refusal before the routes.
  }
  const { code = String(response.status), message = text.slice(0, 300) || response.statusText } = body['error'] ?? {};
  throw new ApiError(response.status, String(code), String(message), body);
}

/** @type {Promise<boolean> | null} */
let signingIn = null;

/** Open a session with the stored key, or one that is asked for. Returns whether there is a session. */
function signIn() {
  signingIn ??= openSession().finally(() => { signingIn = null; });
  return signingIn;
}

async function openSession() {
  let key = sessionStorage.getItem(KEY);
  let wrong = false;
  for (;;) {
    key ??= await askKey(wrong);
    if (!key) return false;
    const response = await send('/v1/session', { method: 'POST', json: { key } });
    if (response.ok) {
      sessionStorage.setItem(KEY, key);
      return true;
    }
    sessionStorage.removeItem(KEY);
    [key, wrong] = [null, true];
  }
}
