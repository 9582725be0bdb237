r"""Calcium-based rule of Graupner & Brunel (2012): potentiation and depression by how long calcium is above thresholds.

.. math:: \tau\dot\rho = -\rho(1-\rho)(\rho_\star-\rho) + \gamma_p(1-\rho)\,\Theta(c-\theta_p)
          - \gamma_d\,\rho\,\Theta(c-\theta_d)
          + \sigma\sqrt{\tau}\sqrt{\Theta(c-\theta_p)+\Theta(c-\theta_d)}\;\xi(t)

.. math:: \dot c = -c/\tau_{Ca}, \qquad c \leftarrow c + C_{pre} \;\text{at}\; t_{pre}+D, \qquad
          c \leftarrow c + C_{post} \;\text{at}\; t_{post}

The weight is :math:`w = w_{min} + \rho\,(w_{max} - w_{min})`; :math:`\rho` begins where the weight does. (The paper's
weights are :math:`w_0` and :math:`w_1 = b\,w_0`.) The weight is brought up to date every `interval`.

Parameters: as in the paper's Table 1 for its curve DP; the other rows are `graupner_brunel2012_dpd`, ..., and the fits
to slices of cortex and hippocampus. Time constants and rates have units here, thresholds and amplitudes none.

Source: Graupner M, Brunel N (2012) Proc Natl Acad Sci USA 109:3991-3996, doi:10.1073/pnas.1109359109; the noise as
in the correction, doi:10.1073/pnas.1220044110. Constants of the authors' program (mgraupe/CalciumBasedPlasticityModel).
"""

from __future__ import annotations

from braincore.model.parameter import published
from braincore.model.synapse import LearningRule, learning_rules

SOURCE = "Graupner & Brunel 2012, Proc Natl Acad Sci USA 109:3991-3996, doi:10.1073/pnas.1109359109, Table 1"
NAMES = ("tau_Ca", "C_pre", "C_post", "theta_d", "theta_p", "gamma_d", "gamma_p", "sigma", "tau", "D")
SETS = {
    "graupner_brunel2012": ("20 ms", "1", "2", "1", "1.3", "200", "321.808", "2.8284", "150 s", "13.7 ms"),
    "graupner_brunel2012_dpd": ("20 ms", "0.9", "0.9", "1", "1.3", "250", "550", "2.8284", "150 s", "4.6 ms"),
    "graupner_brunel2012_p": ("20 ms", "2", "2", "1", "1.3", "160", "257.447", "2.8284", "150 s", "0 ms"),
    "graupner_brunel2012_d": ("20 ms", "0.6", "0.6", "1", "1.3", "500", "550", "5.6568", "150 s", "0 ms"),
    "graupner_brunel2012_cortex": (
        "22.6936 ms", "0.5617539", "1.23964", "1", "1.3", "331.909", "725.085", "3.3501", "346.3615 s", "4.6098 ms",
    ),
    "graupner_brunel2012_hippocampus": (
        "48.8373 ms", "1", "0.275865", "1", "1.3", "313.0965", "1645.59", "9.1844", "688.355 s", "18.8008 ms",
    ),
}  # fmt: skip
_WORDS = {
    "graupner_brunel2012": "curve DP, depression before potentiation",
    "graupner_brunel2012_dpd": "curve DPD, potentiation between two windows of depression",
    "graupner_brunel2012_p": "curve P, potentiation alone",
    "graupner_brunel2012_d": "curve D, depression alone",
    "graupner_brunel2012_cortex": "fit to slices of cortex",
    "graupner_brunel2012_hippocampus": "fit to slices of hippocampus",
}
_MEANINGS = {
    "tau_Ca": ("calcium", "1 ms", "1000 ms"),
    "C_pre": ("calcium of a presynaptic spike", "0", "100"),
    "C_post": ("calcium of a postsynaptic spike", "0", "100"),
    "theta_d": ("threshold of depression", "0", "100"),
    "theta_p": ("threshold of potentiation", "0", "100"),
    "gamma_d": ("rate of depression", "0", "1e5"),
    "gamma_p": ("rate of potentiation", "0", "1e5"),
    "sigma": ("noise", "0", "100"),
    "tau": ("efficacy", "1 s", "10000 s"),
    "D": ("from a presynaptic spike to its calcium", "0 ms", "100 ms"),
}


def _rule(name: str) -> LearningRule:
    constants = tuple(
        published(key, value, *_MEANINGS[key][:1], SOURCE, *_MEANINGS[key][1:])
        for key, value in zip(NAMES, SETS[name], strict=True)
    )
    return LearningRule(
        name=name,
        purpose=f"Calcium-based rule with a double well: {_WORDS[name]}.",
        source=SOURCE,
        equations="""
        dc/dt = -c/tau_Ca : 1 (clock-driven)
        drho/dt = (-rho*(1 - rho)*(rho_star - rho) + gamma_p*(1 - rho)*int(c > theta_p)
                   - gamma_d*rho*int(c > theta_d))/tau
                  + sigma*sqrt((int(c > theta_p) + int(c > theta_d))/tau)*xi : 1 (clock-driven)
        """,
        on_pre_late="c += C_pre",
        lag="D",
        on_post="c += C_post",
        regularly="w = w_min + rho*(w_max - w_min)",
        interval="interval",
        learned=("rho",),
        parameters=(
            *constants,
            published("rho_star", "0.5", "between the two wells", SOURCE, "0.01", "0.99"),
            published("interval", "10 ms", "time between updates of the weight", "ours", "0.1 ms", "1000 ms"),
        ),
        initial={"rho": "(w - w_min)/(w_max - w_min)"},
        method="heun",
    )


for _name in SETS:
    learning_rules.register(_name, _rule(_name), module=__name__)
