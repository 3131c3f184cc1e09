"""Jobs: long media captioned in the background, and videos made of their captions.

server_job.py     a job and its settings
job_store.py      all jobs, in SQLite, and the folder of each
job_service.py    the worker: runs waiting jobs, takes them up after a restart
caption_job.py    the work of a caption job
job_feed.py       what those who follow a job get
job_results.py    its results in all formats
job_routes.py     the HTTP API
"""
