"""Would the tests notice? Modules are changed one operator at a time; see docs/mutants.md."""
