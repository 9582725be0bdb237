"""Text in Brian2's language, parsed against an allow-list before Brian2 or sympy sees it, and checked.

Expressions, equations and statements are read by a parser of our own: what is not arithmetic on known names cannot be
expressed in its tree, and the text handed on is written from that tree's tokens.
"""

from braincore.expressions.checks import check_expression, check_names, check_statements
from braincore.expressions.equation_checks import check_equations
from braincore.expressions.equations import Equation, equations_of, parse_equations
from braincore.expressions.expression import Expression, parse_expression
from braincore.expressions.faults import ExpressionError, TextFault
from braincore.expressions.functions import FUNCTIONS
from braincore.expressions.names import (
    BOOLEAN_SYMBOLS,
    CONSTANTS,
    METHODS,
    NEURON_SYMBOLS,
    RESERVED,
    SYNAPSE_SYMBOLS,
    TIME_SYMBOLS,
    check_identifier,
    is_noise,
    is_unit_name,
    name_fault,
)
from braincore.expressions.statements import Assignment, parse_statements, statements_of

__all__ = [
    "BOOLEAN_SYMBOLS",
    "CONSTANTS",
    "FUNCTIONS",
    "METHODS",
    "NEURON_SYMBOLS",
    "RESERVED",
    "SYNAPSE_SYMBOLS",
    "TIME_SYMBOLS",
    "Assignment",
    "Equation",
    "Expression",
    "ExpressionError",
    "TextFault",
    "check_equations",
    "check_expression",
    "check_identifier",
    "check_names",
    "check_statements",
    "equations_of",
    "is_noise",
    "is_unit_name",
    "name_fault",
    "parse_equations",
    "parse_expression",
    "parse_statements",
    "statements_of",
]
