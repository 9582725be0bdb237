"""What theory predicts of a network before any run: rates, regimes, f-I curves, spectral radius, cost. In SI."""

from braincore.theory.cost import Cost as Cost
from braincore.theory.cost import estimate as estimate
from braincore.theory.lint import Finding as Finding
from braincore.theory.lint import lint as lint
from braincore.theory.lint import refuse_wrong as refuse_wrong
from braincore.theory.predict import PopulationPrediction as PopulationPrediction
from braincore.theory.predict import Prediction as Prediction
from braincore.theory.predict import predict as predict
from braincore.theory.predict import prediction_lines as prediction_lines
from braincore.theory.states import stationary_states as stationary_states
