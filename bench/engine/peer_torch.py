"""The peer of the engine's benchmark: the same Llama in plain PyTorch on the CPU.

Reads one JSON command a line from standard input and answers each with one JSON line; bench.ts drives it, so that
both engines take turns on the same machine. Weights come from our own checkpoint, so the model is the same.
"""

import json
import math
import struct
import sys
import time
from pathlib import Path

import torch
import torch.nn.functional as F

HAS_SDPA = hasattr(F, "scaled_dot_product_attention")


class RMSNorm(torch.nn.Module):
    def __init__(self, width, epsilon):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(width))
        self.epsilon = epsilon

    def forward(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.epsilon) * self.weight


class Attention(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        width, self.heads = config["hidden_size"], config["num_attention_heads"]
        self.kv_heads = config["num_key_value_heads"]
        self.size = width // self.heads
        linear = lambda outputs: torch.nn.Linear(width, outputs, bias=False)
        self.q_proj, self.o_proj = linear(width), linear(width)
        self.k_proj, self.v_proj = linear(self.kv_heads * self.size), linear(self.kv_heads * self.size)

    def forward(self, x, cos, sin, cache, at):
        batch, length, width = x.shape
        split = lambda y, heads: y.view(batch, length, heads, self.size).transpose(1, 2)
        q = rotate(split(self.q_proj(x), self.heads), cos, sin)
        k = rotate(split(self.k_proj(x), self.kv_heads), cos, sin)
        v = split(self.v_proj(x), self.kv_heads)
        if cache is not None:
            cache[0][:, :, at : at + length] = k
            cache[1][:, :, at : at + length] = v
            k, v = cache[0][:, :, : at + length], cache[1][:, :, : at + length]
        if self.kv_heads != self.heads:
            k = k.repeat_interleave(self.heads // self.kv_heads, dim=1)
            v = v.repeat_interleave(self.heads // self.kv_heads, dim=1)
        causal = length > 1
        if HAS_SDPA:
            mixed = F.scaled_dot_product_attention(q, k, v, is_causal=causal)
        else:
            scores = q @ k.transpose(-1, -2) / math.sqrt(self.size)
            if causal:
                scores = scores + torch.full((length, length), -1e9).triu(1)
            mixed = scores.softmax(-1) @ v
        return self.o_proj(mixed.transpose(1, 2).reshape(batch, length, width))


class Mlp(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        width, inner = config["hidden_size"], config["intermediate_size"]
        self.gate_proj = torch.nn.Linear(width, inner, bias=False)
        self.up_proj = torch.nn.Linear(width, inner, bias=False)
        self.down_proj = torch.nn.Linear(inner, width, bias=False)

    def forward(self, x):
        return self.down_proj(F.silu(self.gate_proj(x)) * self.up_proj(x))


class Layer(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        width, epsilon = config["hidden_size"], config["rms_norm_eps"]
        self.input_layernorm = RMSNorm(width, epsilon)
        self.self_attn = Attention(config)
        self.post_attention_layernorm = RMSNorm(width, epsilon)
        self.mlp = Mlp(config)

    def forward(self, x, cos, sin, cache, at):
        x = x + self.self_attn(self.input_layernorm(x), cos, sin, cache, at)
        return x + self.mlp(self.post_attention_layernorm(x))


class Llama(torch.nn.Module):
    def __init__(self, config):
        super().__init__()
        self.config = config
        self.embed_tokens = torch.nn.Embedding(config["vocab_size"], config["hidden_size"])
        self.layers = torch.nn.ModuleList(Layer(config) for _ in range(config["num_hidden_layers"]))
        self.norm = RMSNorm(config["hidden_size"], config["rms_norm_eps"])
        size = config["hidden_size"] // config["num_attention_heads"]
        frequencies = config["rope_theta"] ** (-torch.arange(0, size, 2, dtype=torch.float64) / size)
        angles = torch.outer(torch.arange(config["max_position_embeddings"], dtype=torch.float64), frequencies)
        self.register_buffer("cos", torch.cat([angles.cos()] * 2, -1).float(), persistent=False)
        self.register_buffer("sin", torch.cat([angles.sin()] * 2, -1).float(), persistent=False)

    def forward(self, ids, caches=None, at=0):
        """Final hidden states of [batch, length] ids."""
        x = self.embed_tokens(ids)
        cos, sin = self.cos[at : at + ids.shape[1]], self.sin[at : at + ids.shape[1]]
        for i, layer in enumerate(self.layers):
            x = layer(x, cos, sin, caches[i] if caches else None, at)
        return self.norm(x)

    def logits(self, hidden):
        return hidden @ self.embed_tokens.weight.T


def rotate(x, cos, sin):
    half = x.shape[-1] // 2
    return x * cos + torch.cat([-x[..., half:], x[..., :half]], -1) * sin


def load(folder):
    config = json.loads((Path(folder) / "config.json").read_text())
    model = Llama(config)
    data = (Path(folder) / "model.safetensors").read_bytes()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    weights = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        begin, end = entry["data_offsets"]
        body = bytearray(data[8 + length + begin : 8 + length + end])
        weights[name.removeprefix("model.")] = torch.frombuffer(body, dtype=torch.float32).view(entry["shape"])
    model.load_state_dict(weights)
    return model


def loss_of(model, sequences):
    ids = torch.tensor(sequences)
    logits = model.logits(model(ids[:, :-1]))
    return F.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())


def train(model, optimizer, sequences, steps):
    for _ in range(steps):
        optimizer.zero_grad(set_to_none=True)
        loss_of(model, sequences).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()


@torch.no_grad()
def sample(model, prompts, new):
    ids = torch.tensor(prompts)
    config, (batch, length) = model.config, ids.shape
    size = config["hidden_size"] // config["num_attention_heads"]
    shape = (batch, config["num_key_value_heads"], length + new, size)
    caches = [(torch.zeros(shape), torch.zeros(shape)) for _ in model.layers]
    at = 0
    for _ in range(new):
        logprobs = model.logits(model(ids, caches, at)[:, -1]).log_softmax(-1)
        at += ids.shape[1]
        ids = torch.multinomial(logprobs.exp(), 1)
        logprobs.gather(1, ids)


def main():
    model = optimizer = None
    for line in sys.stdin:
        command = json.loads(line)
        began = time.perf_counter()
        answer = {}
        if command["do"] == "load":
            torch.set_num_threads(command["threads"])
            model = load(command["folder"])
            optimizer = torch.optim.AdamW(model.parameters(), lr=1e-5, betas=(0.9, 0.95), weight_decay=0.01)
            answer = {"version": torch.__version__, "sdpa": HAS_SDPA}
        elif command["do"] == "loss":
            with torch.no_grad():
                answer = {"loss": loss_of(model, command["sequences"]).item()}
        elif command["do"] == "train":
            train(model, optimizer, command["sequences"], command["steps"])
        elif command["do"] == "sample":
            sample(model, command["prompts"], command["new"])
        print(json.dumps({**answer, "seconds": time.perf_counter() - began}), flush=True)


main()
