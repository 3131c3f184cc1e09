"""GLM-ASR in the cloud of Zhipu AI."""
