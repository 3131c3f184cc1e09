"""The rooms behind `glm_nano`. Only `weights` may be imported freely: the others import torch or the network.

weights   where the model lies, whether its files are whole
pulling   how it comes here
engine    the model, loaded; clips to written texts
writing   the language model writes many texts side by side; a slot that is done takes the next clip
recording a step as a CUDA graph, where one can be recorded
ring      the keys and values of all slots, in tensors that never change their shape
"""
