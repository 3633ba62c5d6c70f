"""From a YAML file to a checked, frozen scenario; import from `wfsim.scenario.schema` and `wfsim.scenario.load`."""
