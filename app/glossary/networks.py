"""Words of networks and of their training, from neuron to epoch: lessons 3 to 5."""

from app.glossary.entry import Entry

MLP, FIRST, KERAS = "multilayer-perceptrons", "first-network", "keras"

WORDS: tuple[Entry, ...] = (
    Entry(
        "accuracy",
        "Accuracy",
        "The share of rows for which the network's answer is right. People understand it at once, but it moves in "
        "jumps, so training makes the loss small instead.",
        (KERAS, FIRST, "history"),
    ),
    Entry(
        "activation",
        "Activation",
        "The function through which a neuron passes its sum. Its bend is what makes layers worth stacking: without "
        "one, any number of layers draws no more than a straight line. ReLU cuts off what is negative, tanh and the "
        "sigmoid flatten out at both ends.",
        (MLP, FIRST),
        ("activations", "activation function"),
    ),
    Entry(
        "backend",
        "Backend",
        "The library that does the arithmetic below Keras: TensorFlow, JAX or PyTorch. It computes gradients, "
        "compiles them, and knows the device. The model above stays the same.",
        (KERAS, "theano", "tensorflow"),
        ("backends",),
    ),
    Entry(
        "batch",
        "Batch",
        "The rows that go through the network together before the weights are changed once. Small batches change them "
        "often and noisily, large ones seldom and smoothly.",
        (MLP, FIRST),
        ("batches", "batch size"),
    ),
    Entry(
        "bias",
        "Bias",
        "A number that a neuron adds to its weighted sum. It moves the place at which the neuron begins to answer, "
        "and is trained like a weight.",
        (MLP,),
        ("biases",),
    ),
    Entry(
        "compile",
        "Compile",
        "In Keras: to give a model its loss, its optimizer and its metrics. Compiling by XLA is another thing with "
        "the same name: a model's steps become one program for the machine.",
        (KERAS,),
    ),
    Entry(
        "decision-boundary",
        "Decision boundary",
        "The line on which a network is undecided between two classes. With two features it can be drawn; with more "
        "it is a surface that nobody sees.",
        (MLP,),
        ("boundary",),
    ),
    Entry(
        "epoch",
        "Epoch",
        "One pass over all training rows, in a new order each time. Fitboard counts epochs from 1 on its pages and "
        "from 0 in its data, as Keras does.",
        (MLP, FIRST, "history"),
        ("epochs",),
    ),
    Entry(
        "evaluate",
        "Evaluate",
        "To measure a finished network: its loss and its metrics over rows, without changing a weight. Only rows that "
        "it was not trained on tell what it is worth.",
        (KERAS, FIRST),
    ),
    Entry(
        "feature",
        "Feature",
        "One column of a table, or one number of any row: what the network is told about a case. The answer it shall "
        "find is not among them.",
        (MLP, FIRST),
        ("features",),
    ),
    Entry(
        "fit",
        "Fit",
        "To train: go through the rows epoch by epoch and change the weights after every batch. It returns the "
        "history, one value per metric and epoch.",
        (KERAS, "history"),
    ),
    Entry(
        "gradient",
        "Gradient",
        "For every weight, how much the loss grows if the weight does. Training steps the other way. The backend "
        "computes all of them in one go, from the last layer to the first; that is backpropagation.",
        (MLP, "tensorflow"),
        ("gradients", "backpropagation"),
    ),
    Entry(
        "held-out",
        "Held-out rows",
        "Rows that are put aside before training and only tested on. They stand for all the rows that the network "
        "will meet later. Their curves are the dashed ones.",
        (FIRST, "scikit-learn", "history"),
        ("held out", "held-out", "hold some back"),
    ),
    Entry(
        "hidden-layer",
        "Hidden layer",
        "A layer between the inputs and the output. Nobody tells its neurons what to look for: they find it in "
        "training.",
        (MLP, FIRST),
        ("hidden layers",),
    ),
    Entry(
        "history",
        "History",
        "What fit returns: a list for each metric with one value per epoch. The curves on a run's page are its "
        "picture.",
        (KERAS, "history"),
    ),
    Entry(
        "initializer",
        "Initializer",
        "How the first weights are drawn. All equal would make all neurons of a layer the same for ever; too large "
        "makes the first answers wild. Glorot and He choose the range by the layer's size.",
        (MLP, FIRST),
        ("random weights", "kernel initializer"),
    ),
    Entry(
        "layer",
        "Layer",
        "Neurons side by side that take the same inputs. In a dense layer each neuron is joined to every output of "
        "the layer before.",
        (MLP, KERAS),
        ("layers",),
    ),
    Entry(
        "learning-rate",
        "Learning rate",
        "How far one step moves the weights along the gradient. Too small crawls, too large jumps over what it looks "
        "for. Of all the numbers to choose it matters most.",
        (MLP, FIRST, "learning-rate"),
        symbol="η",
    ),
    Entry(
        "loss",
        "Loss",
        "One number that says how wrong the answers are; training makes it small. Cross-entropy is usual for classes: "
        "it punishes a wrong answer the harder, the surer it was.",
        (KERAS, FIRST, "history"),
        ("losses", "cross-entropy"),
    ),
    Entry(
        "metric",
        "Metric",
        "A number by which people judge a network, such as accuracy. It is measured beside the loss, and nothing is "
        "trained by it.",
        (KERAS, "history"),
        ("metrics",),
    ),
    Entry(
        "neuron",
        "Neuron",
        "The smallest part of a network: it multiplies each input by a weight, adds up, adds its bias, and passes the "
        "sum through its activation. One alone draws a straight line through the plane.",
        (MLP, FIRST),
        ("neurons",),
    ),
    Entry(
        "noise",
        "Noise",
        "What in the data follows no rule: errors of measurement, chance, everything that was not written down. A "
        "network can learn it by heart, and gains nothing by that.",
        (MLP,),
    ),
    Entry(
        "optimizer",
        "Optimizer",
        "What turns gradients into steps. SGD goes straight along them; Adam remembers earlier ones and takes a step "
        "of its own for each weight.",
        (KERAS, FIRST, "learning-rate"),
        ("optimizers",),
    ),
    Entry(
        "overfitting",
        "Overfitting",
        "Learning the training rows by heart, noise included, instead of what holds for others too. The training loss "
        "goes on falling while the validation loss turns upward. More rows, a smaller network, dropout or an earlier "
        "end help.",
        (MLP, FIRST, "history", "dropout"),
        ("overfit",),
    ),
    Entry(
        "parameter",
        "Parameter",
        "A number that training finds: a weight or a bias. What people choose beforehand, such as the learning rate, "
        "is called a hyperparameter elsewhere; here it is what the form asks for.",
        (KERAS, MLP),
        ("parameters",),
    ),
    Entry(
        "perceptron",
        "Perceptron",
        "The oldest network, a single neuron with a step for its activation. A multilayer perceptron stacks layers of "
        "them, with activations that have a slope to follow.",
        (MLP,),
        ("multilayer perceptron",),
    ),
    Entry(
        "predict",
        "Predict",
        "To ask a trained network about rows. For two classes it answers with the probability of the second; above "
        "one half counts as that class.",
        (KERAS, FIRST),
    ),
    Entry(
        "seed",
        "Seed",
        "Where random numbers start. With the same seed the same weights are drawn, rows come in the same order, and "
        "a run can be repeated to the last digit.",
        (MLP, FIRST),
    ),
    Entry(
        "sgd",
        "SGD",
        "Stochastic gradient descent: steps along the gradient of one batch after the other. Stochastic, because a "
        "batch only guesses at the gradient of all rows.",
        (MLP, KERAS, "learning-rate"),
        ("gradient descent",),
    ),
    Entry(
        "sigmoid",
        "Sigmoid",
        "An S-shaped activation that squeezes any number between 0 and 1. As the output of a network with two classes "
        "it is read as a probability.",
        (MLP, FIRST),
    ),
    Entry(
        "topology",
        "Topology",
        "How many layers a network has, and of how many neurons each. More make it able to learn more, noise too.",
        (MLP,),
    ),
    Entry(
        "underfitting",
        "Underfitting",
        "Being too small, or trained too briefly, for what there is to learn: training and validation loss both stay "
        "high.",
        (MLP, "history"),
    ),
    Entry(
        "weight",
        "Weight",
        "The number by which a neuron multiplies one of its inputs; large ones matter, negative ones turn the input "
        "round. All that a network has learnt is in its weights and biases.",
        (MLP, FIRST),
        ("weights",),
        symbol="w",
    ),
)
