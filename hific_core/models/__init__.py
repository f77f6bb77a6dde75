"""Room of the networks: pixel tensors to latents and back."""
