"""The definition of a comparison of learning rules, field by field."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from braincore.spec.document import read_version
from braincore.spec.fields import AnyQuantity, File, Name, Text, whole
from braincore.spec.form_models import LearningRuleForm, ModelReference
from braincore.spec.reads import Form, Reads


class TuningForm(Form):
    """How free constants are found: by random search, with as many tries for every rule."""

    protocol: Name = Field(description="The protocol whose score is made small.")
    tries: Annotated[int, whole(1, 1_000_000)] = Field(50, description="Number of tries for each rule.")
    seeds: Annotated[int, whole(1, 1000)] = Field(1, description="Seeds of each try, other ones than the comparison's.")
    free: dict[str, dict[str, list[AnyQuantity]]] = Field(
        default_factory=dict, description="Rule to its free constants, each with its least and its greatest value."
    )


class CompareForm(Form):
    """What is compared."""

    rules: Any = Field(description="`all`, a list of rules, or label to rule; a list of rules acts on one projection.")
    protocols: list[ModelReference] = Field(
        description="Protocols, by name or with settings: {type: window, pairs: 75}."
    )
    seeds: Annotated[int, whole(1, 10_000)] = Field(5, description="How often a protocol with chance in it is run.")
    tuning: TuningForm | None = Field(None, description="How free constants are found.")


class ComparisonDocument(Form):
    """A comparison of learning rules: what `braincore compare` reads."""

    braincore: Annotated[int, Reads(read_version, {"const": 1})] = Field(description="Version of the file format: 1.")
    title: Text = Field("", description="What is compared, for people.")
    seed: Annotated[int, whole(0, 2**62 - 1)] = Field(1, description="The first seed.")
    include: list[File] = Field(default_factory=list, description="Definitions that this one builds on.")
    compare: CompareForm = Field(description="What is compared.")
    learning_rules: dict[str, LearningRuleForm] = Field(default_factory=dict, description="Own learning rules.")
