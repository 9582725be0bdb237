# make demo   install and run the main experiment; ends with a report to look at
# make test   install and run the tests
.PHONY: demo test slow lint docs curves clean

WORKERS ?= 2

demo:
	@.ci/venv ""
	@.venv/bin/braincore run experiments/microcircuit.yaml --out runs/demo --force
	@echo "open runs/demo/report.html in a browser"

test:
	@.ci/venv "test"
	.venv/bin/python -m pytest -q -n $(WORKERS)

slow:
	@.ci/venv "test"
	@.ci/venv "nest"
	.venv/bin/python -m pytest -q -n $(WORKERS) -m "slow or nest"

lint:
	@.ci/venv "test"
	@.ci/venv "lint"
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

docs:
	@.ci/venv ""
	.venv/bin/python -m braincore.study.docs docs

# The curves of the learning rules are simulated: a minute or two, and only after a change of the rules.
curves:
	@.ci/venv ""
	.venv/bin/python -m braincore.study.docs docs --curves

clean:
	rm -rf .venv build runs sweeps comparisons *.egg-info .pytest_cache .mypy_cache .ruff_cache
