"""What `workspace.yaml` names: the definitions of the home that the environment gives."""

from dipp_pipeline.home import open_home
from dipp_pipeline.orchestration.code_location import build_definitions

defs = build_definitions(open_home(None))
