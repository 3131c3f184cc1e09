"""Captions an archive: many sources, each once, on the processes or threads of one machine or on a Ray cluster.

    batch_source.py     one source
    manifest.py         lists of sources with options
    stored_sources.py   sources in object stores and web folders
    source_identity.py  by what a source is known
    driver_lock.py      runs that write into one folder exclude each other
    existing_files.py   the results that exist already
    sources.py          files, folders, globs, manifests and addresses to a list of sources
    result_names.py     where the results of each source lie, and which two sources would share a name
    job.py              what crosses to a worker, and what comes back: BatchJob and Outcome
    batch_worker.py     captions one source after the other with one open backend
    executor.py         the contract of executors
    worker_count.py     how many workers there is room for, and the share of each in a rate limit
    process_executor.py processes of this machine
    thread_executor.py  threads of this process
    ray_executor.py     actors of a Ray cluster
    actor_pool.py       those that start, are idle and are busy
    driver_actor.py     the driver's journal, records and limit, for the workers of a cluster
    shared_limit.py     a limit of speech that processes share
    travelling_journal.py   recognitions of unfinished sources beside the results
    ledger.py           the state of every source, in a database on this machine
    takeover.py         a line for each finished source beside the results, for another machine
    driver.py           all of it together: takes jobs from the ledger and records what comes back
    plan.py             which sources wait, and which results lie in the way
    batch_metrics.py    how a run stands, for Prometheus
    batch_report.py     what became of every source, as JSON or CSV
    watching.py         folders in which sources arrive
    search_index.py     full-text search over the caption files of a folder

Workers report to the driver, and only the driver writes the ledger. So a run that is stopped or killed at any moment
goes on where it was.
"""
