/** @import {Batch} from './outbox.js' */

/** Batches that the server has not answered, in IndexedDB, so that they outlast this window. */

/** @type {Promise<IDBDatabase | null> | null} */
let opening = null;

/** @returns {Promise<IDBDatabase | null>} null in a browser that forbids it */
function database() {
  opening ??= new Promise((resolve) => {
    try {
      const request = indexedDB.open('captioner', 1);
      request.onupgradeneeded = () => request.result.createObjectStore('batches', { keyPath: ['job', 'client', 'sequence'] });
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
  return opening;
}

/**
 * @template Result @param {IDBTransactionMode} mode
 * @param {(store: IDBObjectStore) => IDBRequest<Result>} work @returns {Promise<Result | null>}
 */
async function run(mode, work) {
  const opened = await database();
  if (!opened) return null;
  return new Promise((resolve) => {
    const transaction = opened.transaction('batches', mode);
    const request = work(transaction.objectStore('batches'));
    transaction.oncomplete = () => resolve(request.result);
    transaction.onabort = () => resolve(null);
    transaction.onerror = () => resolve(null);
  });
}

/** @param {Batch} batch */
export async function storeBatch(batch) {
  await run('readwrite', (store) => store.put(structuredClone(batch)));
}

/** @param {Batch} batch */
export async function forgetBatch({ job, client, sequence }) {
  await run('readwrite', (store) => store.delete([job, client, sequence]));
}

/** Return the stored batches of a job, in order. @param {string} job @returns {Promise<Batch[]>} */
export async function storedBatches(job) {
  return (await run('readonly', (store) => store.getAll(IDBKeyRange.bound([job], [job, []])))) ?? [];
}
