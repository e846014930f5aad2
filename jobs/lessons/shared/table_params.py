"""The params of a lesson that trains nothing but dense layers on a table."""

from jobs.datasets.reading import Header, Separator
from jobs.lessons.base import Flag, Integer, Params, Real
from jobs.lessons.shared import own_tables, parameters


class DenseTableParams(Params):
    """What can be set about dense layers on a table; a lesson adds fields and states other defaults."""

    dataset: parameters.DatasetName = parameters.table()
    scale_features: Flag = parameters.scale_features()
    validation_split: Real = parameters.validation_split(0.2)
    target: own_tables.Target = own_tables.target()
    header: Header = own_tables.header()
    separator: Separator = own_tables.separator()
    hidden_layers: parameters.HiddenLayers = parameters.hidden_layers((12, 8))
    activation: parameters.Activation = parameters.activation()
    kernel_initializer: parameters.Initializer = parameters.kernel_initializer()
    optimizer: parameters.OptimizerName = parameters.optimizer()
    learning_rate: Real = parameters.learning_rate()
    epochs: Integer = parameters.epochs(150)
    batch_size: Integer = parameters.batch_size(10)
    seed: Integer = parameters.seed()
