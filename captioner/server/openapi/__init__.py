"""The description of the API (OpenAPI 3.1), and a page made of it.

api_operation.py       one operation, and how it is described
job_operations.py      jobs, uploads, sessions, health
speech_operations.py   the transcription APIs of GLM and OpenAI
edit_operations.py     documents
openapi_routes.py      /openapi.json and /docs
"""
