"""The peer of the models benchmark: AsyncOpenAI with asyncio, set up for as many connections as calls in flight.

Usage: models-peer.py <base URL> <calls> <in flight> <bytes of a prompt>; prints one JSON line.
"""

import asyncio
import json
import resource
import sys
import time

import openai
from openai import AsyncOpenAI


async def main(base_url, calls, in_flight, prompt_bytes):
    client = AsyncOpenAI(base_url=base_url, api_key="none", max_retries=6, timeout=600)
    turns = asyncio.Semaphore(in_flight)
    characters = 0

    async def ask(index):
        nonlocal characters
        async with turns:
            completion = await client.chat.completions.create(
                model="tiny",
                messages=[{"role": "user", "content": f"{index} ".ljust(prompt_bytes, "x")}],
                max_tokens=512,
                temperature=0,
                seed=index,
            )
        characters += len(completion.choices[0].message.content)

    await ask(-1)
    characters = 0
    cpu = time.process_time()
    begun = time.perf_counter()
    await asyncio.gather(*(ask(index) for index in range(calls)))
    seconds = time.perf_counter() - begun
    cpu_seconds = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "cpuSeconds": cpu_seconds, "peakMb": peak, "characters": characters,
                      "version": f"openai {openai.__version__}, Python {sys.version.split()[0]}"}))


asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:5])))
