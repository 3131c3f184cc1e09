import { ApiError, Unreachable, call } from '../shared/api.js';
import { setSetting, setting } from '../shared/settings.js';

/** Bytes of a piece. */
const PIECE = 8 * 1024 * 1024;

const TUS = { 'Tus-Resumable': '1.0.0' };

/**
 * Upload a file by tus and return the id of the upload. It goes on after a lost connection and, when the same file is
 * chosen again, after a reload.
 * @param {File} file @param {(share: number, waiting: boolean) => void} onProgress @param {AbortSignal} signal
 * @returns {Promise<string>}
 */
export async function uploadFile(file, onProgress, signal) {
  const key = `upload-${file.name}-${file.size}-${file.lastModified}`;
  let { id, offset } = await resumed(setting(key, ''), signal);
  if (!id) id = await created(file, signal);
  setSetting(key, id);
  for (let tries = 0; offset < file.size || file.size === 0; ) {
    try {
      offset = await sendPiece(id, file, offset, signal);
      tries = 0;
      onProgress(file.size ? offset / file.size : 1, false);
      if (!file.size) break;
    } catch (error) {
      if (signal.aborted || !mayRetry(error)) throw error;
      tries += 1;
      onProgress(offset / file.size, true);
      await new Promise((resolve) => setTimeout(resolve, Math.min(10000, 500 * 2 ** tries)));
      offset = (await resumed(id, signal).catch(() => ({ id, offset }))).offset;
    }
  }
  setSetting(key, '');
  return id;
}

/** @param {unknown} error */
function mayRetry(error) {
  return error instanceof Unreachable || (error instanceof ApiError && (error.status === 409 || error.status >= 500) && error.status !== 507);
}

/** @param {string} id @param {AbortSignal} signal @returns {Promise<{id: string, offset: number}>} */
async function resumed(id, signal) {
  if (!id) return { id: '', offset: 0 };
  try {
    const response = await call(`/v1/uploads/${id}`, { method: 'HEAD', headers: TUS, signal });
    return { id, offset: Number(response.headers.get('Upload-Offset') ?? 0) };
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return { id: '', offset: 0 };
    throw error;
  }
}

/** @param {File} file @param {AbortSignal} signal @returns {Promise<string>} */
async function created(file, signal) {
  const name = btoa(String.fromCharCode(...new TextEncoder().encode(file.name)));
  const headers = { ...TUS, 'Upload-Length': String(file.size), 'Upload-Metadata': `filename ${name}` };
  const response = await call('/v1/uploads', { method: 'POST', headers, signal });
  return (response.headers.get('Location') ?? '').split('/').at(-1) ?? '';
}

/** @param {string} id @param {File} file @param {number} offset @param {AbortSignal} signal @returns {Promise<number>} */
async function sendPiece(id, file, offset, signal) {
  const headers = { ...TUS, 'Upload-Offset': String(offset), 'Content-Type': 'application/offset+octet-stream' };
  const response = await call(`/v1/uploads/${id}`, { method: 'PATCH', headers, body: file.slice(offset, offset + PIECE), signal });
  return Number(response.headers.get('Upload-Offset') ?? offset);
}
