"""What `workspace.yaml` names: the definitions of the home that the environment gives."""

from dipp_pipeline.orchestration.code_location import build_definitions
from dipp_pipeline.settings import load_settings

defs = build_definitions(load_settings())
