"""What is learned: a frozen base, LoRA adapters, and the pure functions that train and evaluate them."""
