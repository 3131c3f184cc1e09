/** @import {DocumentStore} from '../document/document_store.js' */

/**
 * Bring the operations of all windows into a document as the server applies them. Returns a function that ends it.
 * @param {string} job @param {DocumentStore} store @returns {() => void}
 */
export function followDocument(job, store) {
  /** @type {EventSource | null} */
  let source = null;
  let timer = 0;
  const open = () => {
    source = new EventSource(`/v1/jobs/${job}/document/events?after=${store.revision}`);
    source.addEventListener('operations', (event) => {
      const { revision, client, operations } = JSON.parse(/** @type {MessageEvent} */ (event).data);
      store.receive(revision, client, operations);
    });
    // A browser gives up after an answer such as 503; this does not.
    source.addEventListener('error', () => {
      if (source?.readyState === EventSource.CLOSED) timer = window.setTimeout(open, 3000);
    });
  };
  open();
  return () => { source?.close(); clearTimeout(timer); };
}
