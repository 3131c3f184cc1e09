"""The parts of the backend `transformers`. `backend` and `library_files` do not import torch.

backend.py        the backend: clips to results
library_files.py   where a model is on this machine, and whether its files are complete
library_model.py  a loaded model: a clip to its text, for the three ways in which models write
model_inputs.py   what a processor is asked for, by what its methods take
"""
