/** @import {Batch} from './outbox.js' */
import { ApiError, callJson } from '../shared/api.js';
import { forgetBatch, storedBatches } from './batch_database.js';

/**
 * Send the batches that windows of this browser left behind when they were closed or killed. Returns those that the
 * server refuses, whose text the person may want to see. Batches that it cannot take now stay stored.
 * @param {string} job @returns {Promise<Batch[]>}
 */
export async function sendLeftBatches(job) {
  const clients = Map.groupBy(await storedBatches(job), (batch) => batch.client);
  /** @type {Batch[]} */
  const refused = [];
  for (const [client, batches] of clients) {
    await ifDead(client, async () => {
      for (const batch of batches.sort((one, other) => one.sequence - other.sequence)) {
        if (!(await sendLeft(batch, refused))) break;
      }
    });
  }
  return refused;
}

/** Run something if the window of a client is gone. @param {string} client @param {() => Promise<void>} work */
async function ifDead(client, work) {
  if (!navigator.locks) return work(); // the server answers a batch that it knows as before
  return navigator.locks.request(`captioner-${client}`, { ifAvailable: true }, async (lock) => {
    if (lock) await work();
  });
}

/** @param {Batch} batch @param {Batch[]} refused @returns {Promise<boolean>} whether to go on with the next one */
async function sendLeft(batch, refused) {
  const { job, ...body } = batch;
  try {
    await callJson(`/v1/jobs/${job}/operations`, { method: 'POST', json: body });
  } catch (error) {
    if (!(error instanceof ApiError) || ![400, 409, 413, 422].includes(error.status)) return false;
    refused.push(batch);
  }
  await forgetBatch(batch);
  return true;
}
