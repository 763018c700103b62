-- A figure stands once at each level and region.
-- on: int_figure_counts
select
    level,
    region_code,
    figure_kind,
    figure_code
from int_figure_counts
group by level, region_code, figure_kind, figure_code
having count(*) > 1
