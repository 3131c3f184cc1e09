"""The parts of the backend `glm-nano`. Only `weights` is free to import: the others import torch.

backend.py       the backend: clips to results
weights.py       the weights of a model, checked
loaded_model.py  the model on one device: clips to decoded texts
decoding.py      greedy decoding of many texts at once, with continuous batching
cuda_graph.py    a decoding step as a CUDA graph, if one can be captured
kv_cache.py      the keys and values of all slots, in tensors of constant shape
"""
