# Two commands matter: `make run` and `make test`. The first lines of tools/*.py say what each step does.
PYTHON ?= python3
VENV = .venv/bin/python
.PHONY: help run test faults lint fix seed bench lock

help:  ## Say what there is
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):[^#]*## /  make \1\t/' | expand -t 14

run:  ## Install what is needed, prepare the data and serve the site on http://127.0.0.1:8000 (HOST, PORT)
	@$(PYTHON) tools/install.py run
	@exec $(VENV) manage.py serve --prepare

test:  ## Run every test on SQLite, on PostgreSQL where that matters, and in a real browser
	@$(PYTHON) tools/install.py dev
	@exec $(VENV) -m tools.run_tests $(ARGS)

faults:  ## Break things as often as docs/promises.md states (about an hour; ARGS="F1 F4" for some)
	@$(PYTHON) tools/install.py dev
	@exec $(VENV) -m tools.run_faults $(ARGS)

lint:  ## Check style, types, templates, migrations and the settings of a production site
	@$(PYTHON) tools/install.py dev
	@$(VENV) -m tools.lint

fix:  ## Let the tools mend what they can
	@$(PYTHON) tools/install.py dev
	@$(VENV) -m tools.lint --fix

seed:  ## Build a site with a conversation in every state
	@$(PYTHON) tools/install.py run
	@$(VENV) manage.py migrate --verbosity 0 && $(VENV) manage.py seed_demo

bench:  ## Measure what the README states
	@$(PYTHON) tools/install.py dev
	@$(VENV) -m benchmarks $(ARGS)

lock:  ## Resolve the dependencies anew into requirements/*.txt
	@$(PYTHON) tools/install.py dev
	@$(VENV) -m tools.lock
