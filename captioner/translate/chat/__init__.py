"""Translates by a chat model: GLM's, or any server with OpenAI's chat API."""
