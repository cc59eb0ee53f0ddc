"""The operators of both towers in PyTorch: prints the seconds of every run. Arguments: tower, batch, side or tokens, runs, the sizes, threads, and the device."""
import sys
import time

import torch
import torch.nn.functional as F

tower = sys.argv[1]
batch, length, runs, patch, width, heads, layers, joint, threads = map(int, sys.argv[2:-1])
device = sys.argv[-1]
wait = torch.cuda.synchronize if device == "cuda" else lambda: None
torch.set_num_threads(threads)
torch.manual_seed(1)
grid = length // patch if tower == "image" else 0
tokens = 1 + grid * grid if tower == "image" else length


def weight(*shape):
    return torch.randn(*shape, device=device) * (0.02 if len(shape) == 1 else shape[-1] ** -0.5)


class Block:
    def __init__(self):
        self.norms = [(1 + weight(width), weight(width)) for _ in range(2)]
        self.input, self.output = (weight(3 * width, width), weight(3 * width)), (weight(width, width), weight(width))
        self.expand, self.contract = (weight(4 * width, width), weight(4 * width)), (weight(width, 4 * width), weight(width))

    def norm(self, x, which):
        return F.layer_norm(x, (width,), *self.norms[which], 1e-5)

    def attend(self, q, k, v, mask):
        scores = (q / q.shape[-1] ** 0.5) @ k.transpose(-2, -1)
        if mask is not None:
            scores = scores + mask
        out = scores.softmax(-1) @ v
        return out.transpose(1, 2).reshape(out.shape[0], out.shape[2], width)

    def part(self, x, first, count):
        w, b = self.input[0][first * width:(first + count) * width], self.input[1][first * width:(first + count) * width]
        return F.linear(x, w, b).view(x.shape[0], x.shape[1], count, heads, width // heads).permute(2, 0, 3, 1, 4)

    def rest(self, x, attended):
        x = x + F.linear(attended, *self.output)
        return x + F.linear(F.silu(F.linear(self.norm(x, 1), *self.expand), inplace=True), *self.contract)

    def __call__(self, x, mask):
        q, k, v = self.part(self.norm(x, 0), 0, 3)
        return self.rest(x, self.attend(q, k, v, mask))

    def selected(self, x, chosen, mask):
        k, v = self.part(self.norm(x, 0), 1, 2)
        q = self.part(self.norm(chosen, 0), 0, 1)[0]
        return self.rest(chosen, self.attend(q, k, v, mask))


blocks = [Block() for _ in range(layers)]
positions, projection = weight(tokens, width), weight(width, joint)
before, after = (1 + weight(width), weight(width)), (1 + weight(width), weight(width))


def image(pixels, conv, token):
    pieces = pixels.reshape(batch, 3, grid, patch, grid, patch).permute(0, 2, 4, 1, 3, 5).reshape(batch, grid * grid, -1)
    x = torch.cat([token.expand(batch, 1, width), F.linear(pieces, conv)], 1) + positions
    x = F.layer_norm(x, (width,), *before, 1e-5)
    for block in blocks[:-1]:
        x = block(x, None)
    x = blocks[-1].selected(x, x[:, :1], None)[:, 0]
    return F.layer_norm(x, (width,), *after, 1e-5) @ projection


def text(x, mask):
    x = x + positions
    for block in blocks[:-1]:
        x = block(x, mask)
    x = blocks[-1].selected(x, x[:, -1:], None)[:, 0]
    return F.layer_norm(x, (width,), *after, 1e-5) @ projection


with torch.inference_mode():
    if tower == "image":
        arguments = (torch.randn(batch, 3, length, length, device=device), weight(width, 3 * patch * patch), weight(width))
    else:
        arguments = (torch.randn(batch, length, width, device=device), torch.full((length, length), float("-inf"), device=device).triu(1))
    run = image if tower == "image" else text
    run(*arguments)
    wait()
    for _ in range(runs):
        start = time.perf_counter()
        run(*arguments)
        wait()
        print(time.perf_counter() - start)
