"""The API of GLM-ASR: POST /api/paas/v4/audio/transcriptions, as api.z.ai and open.bigmodel.cn serve it."""
