#!/usr/bin/env python3
"""Drives a machine of `intaglio hardware emit` from outside, and compares it with numpy.

    intaglio hardware emit demo:3 --part attention:0 --tile 8 --output design/
    intaglio export demo:3 -o model.integer.onnx
    bench.py design/ model.integer.onnx --part attention:0 --cycles 108736

Takes the folder, the same model as integer ONNX, and the part. Knows of the machine what
Docs/Hardware/Ports.md says and nothing else: T, L and the numbers of beats are read from the head
of tile_machine.v, the test bench is written here, and what must come out is computed from the ONNX
file by the numpy interpreter beside this file. Inputs are images of random pixels, several of them
back to back; both streams pause at random.

Prints how many numbers were compared, the cycles from the last beat in to the first beat out, and
the cycles of an input from its first beat in to the next one's. Exit code 1 where a number differs,
a beat is missing, too many, changes while it waits or has a wrong tlast, or where the cycles are
not those of --cycles, which `emit` printed. With --damage N it damages N places of a copy, one
after the other, and each must be caught. Needs Python, numpy and Icarus, or Verilator with
--simulator verilator.
"""

import argparse
import itertools
import pathlib
import random
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

from integer_onnx import Model

BENCH = """`timescale 1ns / 1ns
module bench;
  reg clk = 0;
  reg reset_n = 0;
  reg [{width}-1:0] sending [0:{sent}-1];
  integer idle = 0;
  reg [31:0] noise = {seed};
  reg [31:0] cycle = 0;
  reg offers = 0;
  reg takes = 0;
  reg waited = 0;
  reg is_giving = 0;
  reg [{width}:0] held;
  integer next = 0;
  integer got = 0;
  wire in_ready, out_valid, out_last;
  wire [{width}-1:0] out_data;
{extra_wires}
  tile_machine machine (
    .clk_i(clk), .rst_ni(reset_n),
    .s_axis_tdata(offers ? sending[next] : {{{width}{{1'b1}}}}), .s_axis_tvalid(offers),
    .s_axis_tready(in_ready), {extra_ports}
    .m_axis_tdata(out_data), .m_axis_tvalid(out_valid), .m_axis_tready(takes),
    .m_axis_tlast(out_last)
  );
  always #5 clk = ~clk;
  initial $readmemh("sending.hex", sending);
  always @(posedge clk) begin
    cycle <= cycle + 1;
    noise <= {{noise[30:0], noise[31] ^ noise[21] ^ noise[1] ^ noise[0]}};
    if (cycle == 4) reset_n <= 1;
    // What is offered stays until it is taken.
    if (offers && in_ready) begin
      $display("IN %0d %0d", next, cycle);
      next <= next + 1;
    end
    if (cycle > 8 && (!offers || in_ready))
      offers <= next + (offers ? 1 : 0) < {sent} && noise[9:0] >= {pauses};
    takes <= cycle > 8 && noise[19:10] >= {pauses};
    if (out_valid && takes) begin
      $display("OUT %h %b %0d", out_data, out_last, cycle);
      got <= got + 1;
    end
    // The first beat of a result may wait.
    if (out_valid && !is_giving) $display("FIRST %0d", cycle);
    if (out_valid) is_giving <= !(takes && out_last);
    waited <= out_valid && !takes;
    held <= {{out_last, out_data}};
    if (waited && (!out_valid || held !== {{out_last, out_data}})) $display("CHANGED %0d", cycle);
    if (reset_n && (^{{in_ready, out_valid}} === 1'bx)) $display("UNKNOWN %0d", cycle);
{extra_checks}
    // A beat too many would come at once.
    if (got >= {expected} || cycle > {limit}) begin
      if (got > {expected} + 1 || cycle > {limit} || idle == 99) $finish;
      idle <= idle + 1;
    end
  end
endmodule
"""


class Layout:
    """What the head and the ports of tile_machine.v say."""

    def __init__(self, folder):
        text = (folder / "tile_machine.v").read_text()
        head = re.search(r"on an array of (\d+) x", text)
        words = re.search(
            r"Takes (\d+) words of (\d+) lanes, gives (\d+); a lane of a beat has (\d+) bits", text
        )
        if not head or not words:
            raise SystemExit(f"{folder}/tile_machine.v: no head that says T, L and the beats")
        self.beats_in, self.tile, self.beats_out, self.bits = map(int, words.groups())
        if self.tile != int(head.group(1)):
            raise SystemExit(f"{folder}: an array of {head.group(1)}, words of {self.tile} lanes")
        self.width = self.tile * self.bits
        self.has_framing = "s_axis_tlast" in text
        if "w_axis_tdata" in text:
            raise SystemExit(f"{folder}: loadable weights; emit without --loadable-weights")

    def words(self, matrix, beats):
        """[lanes, depth] as beats: block by block, `depth` words of T lanes, with noise
        in the lanes beyond the last; and which are known."""
        lanes, depth = matrix.shape
        blocks = -(-lanes // self.tile)
        if blocks * depth != beats:
            raise SystemExit(
                f"a matrix of {depth} words x {lanes} lanes is not {beats} beats of {self.tile}"
            )
        noise = np.random.default_rng(lanes).integers(
            0, 1 << (self.bits - 1), (blocks * self.tile, depth)
        )
        noise[:lanes] = matrix
        known = np.zeros(noise.shape, bool)
        known[:lanes] = True
        cut = (blocks, self.tile, depth)
        order = [x.reshape(cut).transpose(0, 2, 1).reshape(-1, self.tile) for x in (noise, known)]
        return order

    def pattern(self, lanes):
        word = 0
        for lane, number in enumerate(lanes):
            word |= (int(number) & ((1 << self.bits) - 1)) << (lane * self.bits)
        return f"{word:0{-(-self.width // 4)}x}"

    def lane(self, text, lane):
        """A lane's number of a printed word; None where a bit of it is unknown."""
        digits, end = self.bits // 4, len(text) - lane * self.bits // 4
        part = text[end - digits : end]
        return int(part, 16) if re.fullmatch("[0-9a-f]+", part) else None


def edges(model, part):
    """(tensor that enters, lanes before its first token, tensor that leaves)."""
    kind, _, number = part.partition(":")
    if kind == "network":
        first = next(node for node in model.nodes if node.kind == "MatMulInteger")
        name = first.inputs[0]
        while "/" in name:  # its casts and zero points are no values of the program
            name = model.maker[name].inputs[0]
        return name, "logits.integers"
    block = int(number)
    after = f"blocks.{block + 1}.norm1.stream"
    after = after if after in model.maker else "norm.stream"
    streams = [f"blocks.{block}.norm1.stream", f"blocks.{block}.norm2.stream", after]
    return {"attention": streams[:2], "mlp": streams[1:], "block": streams[::2]}[kind]


def matrices(model, part, count, layout, seed):
    """(beats in, beats out, which lanes of these are known) for each of `count` random images."""
    entering, leaving = edges(model, part)
    generator = np.random.default_rng(seed)
    image, shape = next(iter(model.shapes.items()))
    for _ in range(count):
        pixels = generator.random(shape).astype("<f4") * generator.choice([0.3, 1.0, 4.0])
        taken, given = model.run({image: pixels.astype("<f4")}, [entering, leaving])
        taken, given = [x.astype(np.int64).reshape(-1, x.shape[-1]) for x in (taken, given)]
        # A class token is an empty lane before the patches: it enters with the parameters.
        empty = layout.beats_in // taken.shape[1] * layout.tile - len(taken)
        if part == "network" and empty >= layout.tile:
            raise SystemExit("more empty lanes than a block has")
        if part == "network" and empty > 0:
            taken = np.concatenate([np.full((1, taken.shape[1]), 1), taken])
        yield layout.words(taken, layout.beats_in)[0], *layout.words(given, layout.beats_out)


def simulate(folder, layout, beats, count, arguments):
    """What the bench printed, as words of each line."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for file in folder.iterdir():
            if file.suffix in (".v", ".hex"):
                shutil.copy(file, scratch)
        (scratch / "sending.hex").write_text("".join(layout.pattern(word) + "\n" for word in beats))
        framing = layout.has_framing
        last = f"(next % {layout.beats_in}) == {layout.beats_in - 1}"
        (scratch / "bench.v").write_text(
            BENCH.format(
                width=layout.width,
                sent=len(beats),
                seed=0x1234567 + arguments.seed,
                pauses=arguments.pauses,
                expected=count * layout.beats_out,
                limit=arguments.limit,
                extra_wires="  wire error;" if framing else "",
                extra_ports=f".s_axis_tlast(offers && {last}), .error_o(error)," if framing else "",
                extra_checks='    if (reset_n && error !== 0) $display("ERROR %0d", cycle);'
                if framing
                else "",
            )
        )
        sources = [f.name for f in sorted(scratch.glob("*.v"))]
        if arguments.simulator == "icarus":
            commands = [
                ["iverilog", "-g2005", "-s", "bench", "-o", "bench", *sources],
                ["vvp", "-n", "bench"],
            ]
        else:
            build = ["verilator", "--binary", "--timing", "-O3", "-Wno-fatal", "-Wno-lint"]
            commands = [build + ["--top-module", "bench", *sources], ["obj_dir/Vbench"]]
        for command in commands:
            done = subprocess.run(command, check=False, cwd=scratch, capture_output=True, text=True)
            if done.returncode:
                raise SystemExit(
                    f"{' '.join(command)} failed:\n{done.stdout[-2000:]}{done.stderr[-2000:]}"
                )
        return [line.split() for line in done.stdout.splitlines() if line]


def compare(lines, layout, wanted, known):
    """(faults, numbers compared) of the beats that came out."""
    faults, compared = [" ".join(x) for x in lines if x[0] in ("CHANGED", "UNKNOWN", "ERROR")], 0
    beats = [x for x in lines if x[0] == "OUT"]
    if len(beats) != len(wanted):
        faults.append(f"{len(beats)} beats out instead of {len(wanted)}")
    mask = (1 << layout.bits) - 1
    for index, (_, text, last, _) in enumerate(beats[: len(wanted)]):
        if last != str(int(index % layout.beats_out == layout.beats_out - 1)):
            faults.append(f"beat {index}: tlast is {last}")
        for lane in np.flatnonzero(known[index]):
            compared += 1
            found, expected = layout.lane(text, lane), int(wanted[index][lane]) & mask
            if found != expected:
                faults.append(f"beat {index}, lane {lane}: {found} instead of {expected}")
    return faults, compared


def timing(lines, layout, count):
    """(cycles from the last beat in to the first out, cycles from an input to the next) of each."""
    taken = [int(x[2]) for x in lines if x[0] == "IN"]
    given = [int(x[1]) for x in lines if x[0] == "FIRST"]
    first = taken[:: layout.beats_in]
    last = taken[layout.beats_in - 1 :: layout.beats_in]
    works = [b - a for a, b in zip(last, given)]
    return works, [b - a for a, b in itertools.pairwise(first)]


def damage(folder, number):
    """Changes one place of a design; says which."""
    choices = [
        ("systolic_array_*.v", r"<= (done_q\[)", r"<= ~\1"),
        ("systolic_array_*.v", r"\? (\d+)'sd0 :", r"? \1'sd1 :"),
        ("scaled_sum_*.v", r" \+ ", " - "),
        ("threshold_requantizer_*.v", r"\) < value_i", ") <= value_i"),
        ("weights.hex", None, None),
        ("steps.hex", None, None),
        ("streams_0.hex", None, None),
        ("norm_0_channels.hex", None, None),
        ("commands.hex", None, None),
    ]
    pattern, old, new = choices[number % len(choices)]
    path = next(iter(sorted(folder.glob(pattern))), None)
    if path is None:
        return None
    text = path.read_text()
    if old is None:
        lines = text.splitlines(keepends=True)
        place = random.Random(number).randrange(len(lines))
        digit = max(0, len(lines[place].rstrip()) - 1)
        lines[place] = (
            lines[place][:digit]
            + f"{int(lines[place][digit], 16) ^ 4:x}"
            + lines[place][digit + 1 :]
        )
        changed, what = "".join(lines), f"line {place + 1}, a bit of the last digit"
    else:
        changed, times = re.subn(old, new, text, count=1)
        if not times:
            return None
        what = f"'{old}' becomes '{new}'"
    path.write_text(changed)
    return f"{path.name}: {what}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("model", help="the same model as integer ONNX")
    parser.add_argument("--part", default="attention:0")
    parser.add_argument("--inputs", type=int, default=3, help="how many, back to back (default: 3)")
    parser.add_argument(
        "--pauses", type=int, default=100, help="of 1024 cycles in which a stream pauses"
    )
    parser.add_argument(
        "--cycles", type=int, help="from the last beat in to the first out, as emit printed"
    )
    parser.add_argument("--simulator", choices=["icarus", "verilator"], default="icarus")
    parser.add_argument(
        "--damage", type=int, default=0, help="how many damaged copies must be caught"
    )
    parser.add_argument(
        "--limit", type=int, default=20_000_000, help="cycles until the machine counts as stuck"
    )
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)

    layout = Layout(arguments.folder)
    sets = list(
        matrices(Model(arguments.model), arguments.part, arguments.inputs, layout, arguments.seed)
    )
    beats, wanted, known = [np.concatenate([item[i] for item in sets]) for i in range(3)]
    lines = simulate(arguments.folder, layout, beats, len(sets), arguments)
    faults, compared = compare(lines, layout, wanted, known)
    works, periods = timing(lines, layout, len(sets))
    print(
        f"{arguments.folder}: {len(sets)} inputs, {compared} numbers compared, {len(faults)} faults"
    )
    print(f"cycles from the last beat in to the first beat out: {works}")
    print(f"cycles from an input's first beat to the next one's: {periods}")
    for fault in faults[:10]:
        print(fault)
    if arguments.cycles is not None and set(works) != {arguments.cycles}:
        faults.append("cycles")
        print(f"not the {arguments.cycles} cycles that were expected")
    missed = 0
    if arguments.damage and not faults and works:
        arguments.limit = 3 * (int(lines[-1][-1]) + 1000)
    for number in range(arguments.damage if not faults else 0):
        with tempfile.TemporaryDirectory() as scratch:
            copy = pathlib.Path(scratch) / "design"
            shutil.copytree(arguments.folder, copy)
            place = damage(copy, number)
            if place is None:
                continue
            found = compare(
                simulate(copy, layout, beats, len(sets), arguments), layout, wanted, known
            )[0]
            missed += not found
            print(f"damaged {place}: {'caught: ' + found[0] if found else 'NOT CAUGHT'}")
    sys.exit(1 if faults or missed or not compared else 0)


if __name__ == "__main__":
    main()
