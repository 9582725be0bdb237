"""Statistics of spike trains and population activity: functions of plain arrays, in seconds and Hz.

Checked against Elephant where it has them, and against closed forms.
"""

from __future__ import annotations

from braincore.analysis.bootstrap import bootstrap_ci as bootstrap_ci
from braincore.analysis.correlation import correlations as correlations
from braincore.analysis.correlation import pairwise_correlations as pairwise_correlations
from braincore.analysis.correlation import synchrony as synchrony
from braincore.analysis.distance import coincidence_factor as coincidence_factor
from braincore.analysis.distance import van_rossum_distance as van_rossum_distance
from braincore.analysis.distance import victor_purpura_distance as victor_purpura_distance
from braincore.analysis.granger import Granger as Granger
from braincore.analysis.granger import spectral_granger as spectral_granger
from braincore.analysis.isi import burst_index as burst_index
from braincore.analysis.isi import cv2 as cv2
from braincore.analysis.isi import cv_isi as cv_isi
from braincore.analysis.isi import cv_pooled as cv_pooled
from braincore.analysis.isi import intervals as intervals
from braincore.analysis.isi import isi_histogram as isi_histogram
from braincore.analysis.isi import lv as lv
from braincore.analysis.phase import CircularRegression as CircularRegression
from braincore.analysis.phase import circular_linear as circular_linear
from braincore.analysis.rates import Psth as Psth
from braincore.analysis.rates import fano_factor as fano_factor
from braincore.analysis.rates import fano_factors as fano_factors
from braincore.analysis.rates import firing_rates as firing_rates
from braincore.analysis.rates import first_spike_latency as first_spike_latency
from braincore.analysis.rates import instantaneous_rate as instantaneous_rate
from braincore.analysis.rates import population_rate as population_rate
from braincore.analysis.rates import psth as psth
from braincore.analysis.rates import response_latency as response_latency
from braincore.analysis.references import Comparison as Comparison
from braincore.analysis.references import against_references as against_references
from braincore.analysis.spectrum import SpectralPeak as SpectralPeak
from braincore.analysis.spectrum import Spectrum as Spectrum
from braincore.analysis.spectrum import power_spectrum as power_spectrum
from braincore.analysis.spectrum import spectral_peak as spectral_peak
from braincore.analysis.spikes import binned as binned
from braincore.analysis.spikes import binned_by_unit as binned_by_unit
from braincore.analysis.summary import summarise as summarise
from braincore.analysis.winners import winners_overlap as winners_overlap
from braincore.analysis.winners import winners_overlap_normal as winners_overlap_normal
