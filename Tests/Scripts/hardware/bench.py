#!/usr/bin/env python3
"""Drives a machine of `intaglio hardware emit` from outside, and compares it with numpy.

    MODEL="deit-s:3 --depth 1 --image-size 32 --width 64"
    intaglio hardware emit $MODEL --part attention:0 --tile 4 --output design/
    intaglio export $MODEL -o model.integer.onnx
    bench.py design/ model.integer.onnx

Takes the folder and the same model as integer ONNX. Knows of the machine what
Docs/Hardware/Ports.md says and nothing else: the layout of beats is that of design.json, the test
bench is written here, and what must come out is computed from the ONNX file by the numpy
interpreter beside this file. Inputs are images of random pixels, several of them back to back;
both streams pause at random.

Prints how many numbers were compared, the cycles from the last beat in to the first beat out, and
the cycles of an input from its first beat in to the next one's. Exit code 1 where a number differs,
a beat is missing, too many, changes while it waits or has a wrong tlast, or where the cycles are
not those of design.json. With --damage N it damages N places of a copy, one
after the other, and each must be caught. Needs Python, numpy and Icarus, or Verilator with
--simulator verilator.
"""

import argparse
import itertools
import json
import pathlib
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
  wire in_ready, out_valid, out_last, error;
  wire [{width}-1:0] out_data;
  tile_machine machine (
    .clk_i(clk), .rst_ni(reset_n),
    .s_axis_tdata(offers ? sending[next] : {{{width}{{1'b1}}}}), .s_axis_tvalid(offers),
    .s_axis_tready(in_ready),
    .s_axis_tlast({last}), .error_o(error),
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
    if (reset_n && error !== 0) $display("ERROR %0d", cycle);
    // A beat too many would come at once.
    if (got >= {expected} || cycle > {limit}) begin
      if (got > {expected} + 1 || cycle > {limit} || idle == 99) $finish;
      idle <= idle + 1;
    end
  end
endmodule
"""


class Layout:
    """What design.json says of the streams."""

    def __init__(self, folder):
        with open(folder / "design.json") as file:
            design = json.load(file)
        self.tile, self.bits, self.cycles = design["tile"], design["laneBits"], design["cycles"]
        self.beats_in, self.beats_out = design["beatsIn"], design["beatsOut"]
        self.inputs, self.outputs = design["inputs"], design["outputs"]
        self.width = self.tile * self.bits
        ports = (folder / "tile_machine.v").read_text()
        head = f"Takes {self.beats_in} words of {self.tile} lanes, gives {self.beats_out};"
        if head not in ports:
            raise SystemExit(f"{folder}/tile_machine.v: the head does not say '{head}'")
        if "w_axis_tdata" in ports:
            raise SystemExit(f"{folder}: loadable weights; emit without --loadable-weights")

    def beats(self, values, places, count, noise):
        """`values` as `count` beats of T lanes, noise beyond the last lane, and what is known."""
        beats = noise.integers(0, 1 << (self.bits - 1), (count, self.tile))
        known = np.zeros(beats.shape, bool)
        for value, place in zip(values, places):
            if not re.fullmatch(r"[wl0-9 +*/%()-]+", place["element"]):
                raise SystemExit(f"{place['value']}: no expression: {place['element']}")
            element = compile(place["element"], "design.json", "eval")
            flat = value.ravel()
            empty = set(place["emptyLanes"])
            for lane in range(place["lanes"]):
                for word in range(place["words"]):
                    beat = place["firstBeat"] + lane // self.tile * place["words"] + word
                    if lane in empty:
                        beats[beat][lane % self.tile] = 0
                        continue
                    beats[beat][lane % self.tile] = flat[eval(element, {"w": word, "l": lane})]
                    known[beat][lane % self.tile] = True
        return beats, known

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


def tensors(model, places):
    """The tensors of the file; what leaves a network may have a name of its own there."""
    names = [place["value"] for place in places]
    for index, (name, place) in enumerate(zip(names, places)):
        if name not in model.maker and place["lanes"] == 1:
            names[index] = "logits.integers"
        elif name not in model.maker:
            raise SystemExit(f"{name}: the ONNX file has no such tensor")
    return names


def inputs(model, count, layout, seed):
    """(beats in, beats out, what is known of these) for each of `count` random images."""
    entering, leaving = tensors(model, layout.inputs), tensors(model, layout.outputs)
    noise = np.random.default_rng(seed)
    image, shape = next(iter(model.shapes.items()))
    for _ in range(count):
        pixels = noise.random(shape) * noise.choice([0.3, 1.0, 4.0])
        values = model.run({image: pixels.astype("<f4")}, entering + leaving)
        taken, given = values[: len(entering)], values[len(entering) :]
        sent, _ = layout.beats(taken, layout.inputs, layout.beats_in, noise)
        yield sent, *layout.beats(given, layout.outputs, layout.beats_out, noise)


def simulate(folder, layout, beats, count, arguments):
    """What the bench printed, as words of each line."""
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        for file in folder.iterdir():
            if file.suffix in (".v", ".hex"):
                shutil.copy(file, scratch)
        (scratch / "sending.hex").write_text("".join(layout.pattern(word) + "\n" for word in beats))
        (scratch / "bench.v").write_text(
            BENCH.format(
                width=layout.width,
                sent=len(beats),
                seed=0x1234567 + arguments.seed,
                pauses=arguments.pauses,
                expected=count * layout.beats_out,
                limit=arguments.limit,
                last=f"offers && next % {layout.beats_in} == {layout.beats_in - 1}"
                if arguments.seed % 2
                else "1'b0",
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


def timing(lines, layout):
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
        ("scaled_sum_*.v", r"(assign total = )", r"\1-"),
        ("threshold_requantizer_*.v", r"\) < value_i", ") <= value_i"),
        ("weights.hex", None, -1),
        ("steps.hex", None, -1),
        ("streams_0.hex", None, 1),
        ("norm_0_channels.hex", None, -1),
        ("commands.hex", None, -1),
    ]
    pattern, old, new = choices[number % len(choices)]
    path = next(iter(sorted(folder.glob(pattern))), None)
    if path is None:
        return None
    lines, times = path.read_text().splitlines(keepends=True), 0
    for place, line in enumerate(lines):
        if old is None and line.strip():
            # In a single word it need not show: codes may stay what they are.
            digits = list(line.rstrip())
            digits[new] = f"{int(digits[new], 16) ^ 4:x}"
            lines[place] = "".join(digits) + "\n"
            times += 1
        elif old and not times and not line.lstrip().startswith("//"):
            lines[place], times = re.subn(old, new, line, count=1)
    if not times:
        return None
    changed = "".join(lines)
    what = f"'{old}' becomes '{new}'" if old else f"bit 2 of digit {new} of every word"
    path.write_text(changed)
    return f"{path.name}: {what}"


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("model", help="the same model as integer ONNX")
    parser.add_argument("--inputs", type=int, default=3, help="how many, back to back (default: 3)")
    parser.add_argument(
        "--pauses", type=int, default=100, help="of 1024 cycles in which a stream pauses"
    )
    parser.add_argument("--simulator", choices=["icarus", "verilator"], default="icarus")
    parser.add_argument(
        "--damage", type=int, default=0, help="how many damaged copies must be caught"
    )
    parser.add_argument(
        "--limit", type=int, default=20_000_000, help="cycles until the machine counts as stuck"
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=1,
        help="of images and pauses; tlast is sent with odd ones alone",
    )
    arguments = parser.parse_args()
    sys.stdout.reconfigure(line_buffering=True)

    layout = Layout(arguments.folder)
    sets = list(inputs(Model(arguments.model), arguments.inputs, layout, arguments.seed))
    beats, wanted, known = [np.concatenate([item[i] for item in sets]) for i in range(3)]
    lines = simulate(arguments.folder, layout, beats, len(sets), arguments)
    faults, compared = compare(lines, layout, wanted, known)
    works, periods = timing(lines, layout)
    print(
        f"{arguments.folder}: {len(sets)} inputs, {compared} numbers compared, {len(faults)} faults"
    )
    print(f"cycles from the last beat in to the first beat out: {works}")
    print(f"cycles from an input's first beat to the next one's: {periods}")
    for fault in faults[:10]:
        print(fault)
    if set(works) != {layout.cycles}:
        faults.append("cycles")
        print(f"not the {layout.cycles} cycles of design.json")
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
