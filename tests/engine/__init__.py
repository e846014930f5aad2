"""The compiled training held against Keras itself."""
