"""Lesson 3, Keras: ``lesson`` goes through the life-cycle and shows what each stage produces, ``looks`` makes that."""
