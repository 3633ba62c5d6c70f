"""What a device is made of: how fast it computes, what energy it draws, when it is available."""
