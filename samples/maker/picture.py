"""The scenes of the film, drawn by ffmpeg's own sources: gradients, plain colours and `geq`'s formulas.

A scene is a sky and layers above it. A moving layer is drawn small and scaled up, which is quick and makes soft edges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, FRAME_RATE = 640, 360, 25
FULL, SMALL = f"{WIDTH}x{HEIGHT}", f"{WIDTH // 4}x{HEIGHT // 4}"


@dataclass(frozen=True)
class Shot:
    """A scene and its place in the film, in seconds."""

    scene: str
    start: float
    end: float


@dataclass(frozen=True)
class Layer:
    """A transparent picture: `alpha` is a formula of `geq` in [0, 255]; `x` and `y` are formulas of `overlay`."""

    color: str
    alpha: str
    size: str = SMALL
    scale: int = 4
    moves: bool = True
    x: str = "0"
    y: str = "0"

    def filters(self, duration: float) -> str:
        """The source of this layer for `duration` seconds."""
        # One frame, drawn once and shown again and again, where nothing moves.
        length, loop = (f":d={duration:.3f}", "") if self.moves else (":d=0.04", ",loop=-1:1,setpts=N/25/TB")
        draw = f"geq=r='r(X,Y)':g='g(X,Y)':b='b(X,Y)':a='{self.alpha}'"
        grow = f",scale=iw*{self.scale}:-1:flags=bicubic" if self.scale > 1 else ""
        return f"color={self.color}:s={self.size}:r={FRAME_RATE}{length},format=rgba,{draw}{grow}{loop}"


def sky(top: str, bottom: str, kind: str = "linear") -> str:
    """A sky from `top` to `bottom`, or with kind "radial" from the middle to the corners."""
    # An end outside the picture would be replaced by one thrown with dice.
    first, last = (0, 0) if kind == "linear" else (HEIGHT // 2, WIDTH // 2 - 1)
    ends = f"x0={WIDTH // 2}:y0={first}:x1={WIDTH // 2 + last}:y1={HEIGHT - 1}"
    # The slowest turn that ffmpeg allows: it cannot be seen.
    return f"gradients=s={FULL}:r={FRAME_RATE}:c0={top}:c1={bottom}:n=2:type={kind}:speed=0.00001:seed=1:{ends}"


def sea(color: str, level: int, height: float, speed: float) -> Layer:
    """Water below `level`, in pixels of the full picture, with waves of `height` that run at `speed`."""
    surface = f"{level / 4}+{height / 4}*(sin(X/11+T*{speed})+0.6*sin(X/5-T*{1.3 * speed}+{level}))"
    return Layer(color, f"clip(120*(Y-({surface})),0,255)")


def tower(color: str) -> Layer:
    """The lighthouse on its rock, at the right of the picture; the lamp is at (480, 112)."""
    walls = "between(Y,130,300)*lt(abs(X-480),14+(Y-130)/12)"
    room = "between(Y,100,124)*lt(abs(X-480),10)"
    gallery = "between(Y,124,130)*lt(abs(X-480),21)"
    roof = "between(Y,84,100)*lt(abs(X-480),Y-84)"
    rock = "gt(Y,296+pow((X-490)/17,2)/2+3*sin(X/9))"
    return Layer(color, f"255*gt({walls}+{room}+{gallery}+{roof}+{rock},0)", FULL, 1, moves=False)


def glow(color: str, x: int, y: int, radius: float) -> Layer:
    """A light at (`x`, `y`) that fades over `radius` pixels."""
    return Layer(color, f"255*exp(-hypot(X-{x / 4},Y-{y / 4})/{radius / 4})", moves=False)


def beam(x: int, y: int, speed: float) -> Layer:
    """Two rays that turn around (`x`, `y`), `speed` in radians a second."""
    angle = f"abs(sin(atan2((Y-{y / 4})*2,X-{x / 4}+0.01)-T*{speed}))"
    return Layer("0xfff2c0", f"150*exp(-pow({angle}*7,2))*exp(-hypot(X-{x / 4},Y-{y / 4})/70)")


def boat() -> Layer:
    """A little boat with a sail that comes in from the left and rocks."""
    hull = "between(Y,44,58)*lt(abs(X-40),34-(Y-44))"
    sail = "between(Y,4,40)*between(X,42,42+(Y-4)*0.7)+between(Y,4,44)*between(X,39,41)"
    return Layer("0x3b2a2a", f"255*gt({hull}+{sail},0)", "80x60", 1, moves=False, x="-70+26*t", y="206+4*sin(t*1.7)")


STARS = Layer(
    "white",
    "255*lt(Y,210)*gt(mod(abs(sin(X*12.9898+Y*78.233)*43758.5453),1),0.9988)",
    FULL,
    1,
    moves=False,
)
RAIN = Layer("0xb8c4d0", "70*gt(mod(abs(sin(floor(X+Y/6)*12.9898)*437.585)*90+Y-T*150,90),78)", SMALL)
LIGHTNING = Layer("white", "150*(between(T,2.4,2.5)+between(T,2.6,2.68)+between(T,6.0,6.12))", "16x9", 40)
STAIRS = Layer(
    "0x1c0f08",
    "clip(100+300*sin(8*(atan2(Y-90,X-160)+2*log(hypot(X-160,Y-90)+4))+T*1.2),0,215)*clip((hypot(X-160,Y-90)-12)/20,0,1)",
    f"{WIDTH // 2}x{HEIGHT // 2}",
    2,
)

SCENES: dict[str, tuple[str, tuple[Layer, ...]]] = {
    "dusk": (
        sky("0x1c2350", "0xf29a5c"),
        (
            glow("0xffe0a0", 160, 262, 60),
            sea("0x3a3560", 268, 3, 1.2),
            tower("0x15142b"),
            glow("0xffd98a", 480, 112, 26),
        ),
    ),
    "night": (
        sky("0x02040f", "0x14224a"),
        (STARS, beam(480, 112, 1.1), sea("0x0a1430", 272, 4, 1.5), tower("0x04060f"), glow("0xfff2c0", 480, 112, 24)),
    ),
    "stairs": (sky("0xffe6b0", "0x5a3a22", "radial"), (STAIRS, glow("0xfff2d0", 320, 180, 40))),
    "storm": (
        sky("0x1a2026", "0x4a545c"),
        (
            LIGHTNING,
            sea("0x38454f", 210, 22, 2.6),
            tower("0x0d1114"),
            glow("0xfff2c0", 480, 112, 30),
            sea("0x27323b", 258, 18, -3.1),
            RAIN,
        ),
    ),
    "lamp": (sky("0xffdf9a", "0x2a1206", "radial"), (beam(320, 180, 1.6), glow("0xfffbe8", 320, 180, 70))),
    "morning": (
        sky("0x7fb2d8", "0xffd9a8"),
        (glow("0xfff4d0", 420, 232, 80), sea("0x6f9fb5", 246, 3, 1.1), boat(), sea("0x4f8298", 268, 4, 1.4)),
    ),
    "day": (
        sky("0x2f86d6", "0xd8efff"),
        (glow("0xfffdf0", 110, 70, 46), sea("0x2a78a8", 262, 4, 1.3), tower("0xf4f1ea"), sea("0x1d6390", 306, 4, 1.6)),
    ),
}


def scene_filters(name: str, duration: float, label: str) -> list[str]:
    """The filters that draw one scene of `duration` seconds into [`label`]."""
    base, layers = SCENES[name]
    filters = [f"{base}:d={duration:.3f},format=yuv444p[{label}_0]"]
    for number, layer in enumerate(layers):
        filters.append(f"{layer.filters(duration)}[{label}_layer{number}]")
        place = f"overlay=x='{layer.x}':y='{layer.y}':format=yuv444:shortest=1"
        filters.append(f"[{label}_{number}][{label}_layer{number}]{place}[{label}_{number + 1}]")
    return [*filters, f"[{label}_{len(layers)}]setsar=1[{label}]"]


def picture_filters(shots: Sequence[Shot]) -> str:
    """A filter graph that ends in [picture]: the shots one after the other."""
    graph = [part for i, shot in enumerate(shots) for part in scene_filters(shot.scene, shot.end - shot.start, f"s{i}")]
    fades = f"fade=t=in:d=0.8,fade=t=out:st={shots[-1].end - 1.2:.3f}:d=1.2,format=yuv420p"
    labels = "".join(f"[s{i}]" for i in range(len(shots)))
    return ";".join([*graph, f"{labels}concat=n={len(shots)}:v=1,{fades}[picture]"])
