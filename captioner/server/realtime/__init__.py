"""OpenAI's realtime transcription: WebSocket /v1/realtime?intent=transcription.

realtime_routes.py       the route
realtime_connection.py   one client: its events to audio and settings, the results to its events
realtime_settings.py     what a client sets: audio format, language, turn detection; the current form and the beta form
input_audio.py           base64 audio to samples at 16 kHz
live_transcriber.py      samples to regions and their text, by the sessions of `captioner live`
"""
