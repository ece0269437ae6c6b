"""What torch shows about models that transformers builds: the ground truth for the blueprint's tests."""
