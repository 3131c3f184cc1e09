"""Weights of models: which ones captioner knows, where their files are on this machine, and how to download them.

catalogue.py       the models that captioner knows by name, with size, languages and licence
model_files.py     finds the files of a model: a folder, the Hugging Face cache, an installed package
completeness.py    whether these files are a complete model
ctranslate2.py     reads the header of CTranslate2's weights
verification.py    compares a file with its SHA-256, once
download.py        downloads a model from the hub (imports libraries; the others import none)
"""
