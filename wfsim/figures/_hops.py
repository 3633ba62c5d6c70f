"""The fixed network behind the stations: on the map, or as a scheme where a map would show nothing."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from wfsim.figures import _style
from wfsim.figures._quantity import short_value
from wfsim.outages.none import NoOutages
from wfsim.topology.layout import Layout
from wfsim.topology.rules import STATIONS
from wfsim.wired import Hop

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.lines import Line2D

Point = tuple[float, float]

_LOOK = {  # role -> marker, colour
    "relay": ("D", _style.SKY_BLUE),
    "gateway": ("s", _style.ORANGE),
    "edge_server": ("s", _style.GREEN),
    "cloud": ("p", _style.PURPLE),
    "base_station": ("^", _style.VERMILION),
    "access_point": ("^", _style.VERMILION),
}
_MOST_LABELS, _MOST_KINDS = 30, 3
_LEAST_MS = 0.01  # a delay below it is not worth a word
_WIRE = {"color": _style.GREY, "linewidth": 0.8, "zorder": 1.6}


def text_of(hop: Hop) -> str:
    """`10 Mbit/s, 40 ms`, what a hop carries on average."""
    told, delay_ms = [short_value("rate_bps", float(f"{hop.expected_bps():.3g}"))], 1e3 * hop.expected_delay_s()
    if delay_ms >= _LEAST_MS:
        told.append(f"{delay_ms:.3g} ms")
    if hop.loss > 0.0:
        told.append(f"{100.0 * hop.loss:.3g} % lost")
    if not isinstance(hop.outages, NoOutages):
        told.append(f"{hop.outages.kind} outages")
    return ", ".join(told)


def handles(layout: Layout) -> list[Line2D]:
    """Entries of a legend for the roles of fixed nodes besides stations."""
    from matplotlib.lines import Line2D

    roles = {role for _, role in layout.fixed.nodes(data="role")}
    return [
        Line2D([], [], linestyle="", marker=marker, markersize=5.5, color=colour, label=role.replace("_", " "))
        for role, (marker, colour) in _LOOK.items()
        if role in roles and role not in STATIONS
    ]


def has_places(layout: Layout) -> bool:
    """Whether the network is one that a map shows: relays and gateways stand somewhere."""
    return any(role in ("relay", "gateway") for _, role in layout.fixed.nodes(data="role"))


def draw_fixed(axes: Axes, layout: Layout) -> None:
    """Nodes and links at their places."""
    nodes = layout.fixed.nodes
    for one, other in layout.fixed.edges:
        axes.plot([nodes[one]["x_m"], nodes[other]["x_m"]], [nodes[one]["y_m"], nodes[other]["y_m"]], **_WIRE)
    for name, values in nodes(data=True):
        _mark(axes, values["role"], values["x_m"], values["y_m"])
        if values["role"] == "cloud" or len(nodes) <= _MOST_LABELS:
            place = (values["x_m"], values["y_m"])
            axes.annotate(name, place, (3, 4), textcoords="offset points", fontsize=6.5, color=_style.GREY)
    axes.set_title(common_hops(layout), fontsize=8.0, fontweight="normal")


def draw_scheme(axes: Axes, layout: Layout) -> None:
    """The server at the left, every other node as many steps to the right as it is hops away, hops named."""
    import networkx

    hops_away = networkx.single_source_shortest_path_length(layout.fixed, layout.server)
    places = {name: (float(steps), row) for name, (steps, row) in _rows(layout, hops_away).items()}
    for one, other, hop in layout.fixed.edges(data="hop"):
        _draw_branch(axes, *sorted((places[one], places[other])), text_of(hop))
    for name, place in places.items():
        _mark(axes, layout.fixed.nodes[name]["role"], *place)
        axes.annotate(name, place, **_name_side(name, layout), textcoords="offset points", fontsize=7.5)
    axes.set(xlim=(-0.08, max(hops_away.values()) + 0.25))
    axes.margins(y=0.08)
    axes.set_axis_off()


def _draw_branch(axes: Axes, near: Point, far: Point, text: str) -> None:
    """Along the nearer node's row, down or up, and along the farther one's, where what the hop carries is written."""
    bend = near[0] + 0.2 * (far[0] - near[0])
    axes.plot([near[0], bend, bend, far[0]], [near[1], near[1], far[1], far[1]], **_WIRE)
    plain = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}
    place = (0.5 * (bend + far[0]), far[1])
    axes.annotate(text, place, fontsize=6.5, ha="center", va="center", bbox=plain, zorder=2)


def _name_side(name: str, layout: Layout) -> dict[str, Any]:
    """Right of a leaf, above any other node."""
    leaf = layout.fixed.degree(name) == 1 and name != layout.server
    return {"xytext": (6, 0), "va": "center"} if leaf else {"xytext": (0, 6), "ha": "center", "va": "bottom"}


def _mark(axes: Axes, role: str, x: float, y: float) -> None:
    marker, colour = _LOOK[role]
    axes.scatter([x], [y], marker=marker, c=colour, s=36.0, linewidths=0.0, zorder=3)


def common_hops(layout: Layout) -> str:
    """What the hops are, the most frequent first."""
    counts = Counter(text_of(hop) for *_, hop in layout.fixed.edges(data="hop"))
    told = [f"{text} ({count} links)" if count > 1 else text for text, count in counts.most_common(_MOST_KINDS)]
    if not told:
        return "the server stands at the station"
    return "behind the stations: " + "; ".join(told) + ("; ..." if len(counts) > len(told) else "")


def _rows(layout: Layout, hops_away: dict[str, int]) -> dict[str, tuple[int, float]]:
    """Column and row of every node: leaves below one another in order of name, others in the middle of what follows."""
    import networkx

    tree = networkx.bfs_tree(layout.fixed, layout.server, sort_neighbors=sorted)
    rows: dict[str, float] = {}
    leaves = 0
    for name in networkx.dfs_postorder_nodes(tree, layout.server):
        below = [rows[child] for child in tree[name]]
        rows[name] = sum(below) / len(below) if below else float(-leaves)
        leaves += not below
    return {name: (hops_away[name], row) for name, row in rows.items()}
