"""Figures of runs, and the report: one self-contained HTML file.

Figure functions take what they show and, if wanted, the axes (or the figure) to draw on, and return the axes.
"""

from __future__ import annotations

from braincore.report.figures.compare import compare_rasters as compare_rasters
from braincore.report.figures.compare import compare_rates as compare_rates
from braincore.report.figures.compare import compare_rates_over_time as compare_rates_over_time
from braincore.report.figures.connectome import connectome_graph as connectome_graph
from braincore.report.figures.connectome import connectome_matrix as connectome_matrix
from braincore.report.figures.intervals import cv_distribution as cv_distribution
from braincore.report.figures.intervals import intervals as intervals
from braincore.report.figures.intervals import irregularity as irregularity
from braincore.report.figures.projections import projection_matrix as projection_matrix
from braincore.report.figures.psth import psth as psth
from braincore.report.figures.raster import raster as raster
from braincore.report.figures.raster import raster_with_rates as raster_with_rates
from braincore.report.figures.raster import rates_over_time as rates_over_time
from braincore.report.figures.rates import predicted_rates as predicted_rates
from braincore.report.figures.rates import rate_boxes as rate_boxes
from braincore.report.figures.rates import rate_map as rate_map
from braincore.report.figures.rates import rates as rates
from braincore.report.figures.spectrum import spectrum as spectrum
from braincore.report.figures.sweep import sweep as sweep
from braincore.report.figures.traces import traces as traces
from braincore.report.figures.weights import histograms_over_time as histograms_over_time
from braincore.report.figures.weights import weight_histogram as weight_histogram
from braincore.report.figures.weights import weight_histograms as weight_histograms
from braincore.report.figures.weights import weights_over_time as weights_over_time
from braincore.report.html import save_figures as save_figures
from braincore.report.html import write_report as write_report
from braincore.report.model_file import ModelFile as ModelFile
from braincore.report.model_file import read_model as read_model
