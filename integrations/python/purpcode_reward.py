"""Rewards from a purpcode reward service, for RL trainers in Python. Standard library only, Python 3.9 and later.

Start the service with `purpcode reward serve`; it prints its address and token. This file can be copied into a
project or put on PYTHONPATH.

    from purpcode_reward import RewardClient
    client = RewardClient()                       # PURPCODE_REWARD_URL and PURPCODE_TOKEN from the environment
    rewards = client.rewards([{"oracle": "code-security", "prompt": "...", "response": "..."}])

A reward is None when an oracle could not decide. None is not 0: a response must not be punished or paid for what
nobody checked. Both trainers below compute advantages within the responses to one prompt, so an undecided response
gets the mean of the decided ones of its prompt, which is an advantage of 0 (`neutral`).

TRL (GRPOTrainer): columns of the dataset say what each prompt is checked for.

    GRPOTrainer(..., reward_funcs=trl_reward)     # columns: oracle, and optionally tests, securityTests, signature

verl, with `reward_model.reward_manager=batch`: a whole batch in one request.

    custom_reward_function.path=purpcode_reward.py
    custom_reward_function.name=verl_batch        # extra_info: prompt, oracle, and optionally tests ...
"""

import json
import os
import random
import time
import urllib.error
import urllib.request

DEFAULT_URL = "http://127.0.0.1:8400"
RETRIED = (408, 429, 500, 502, 503, 504)
FIELDS = ("oracle", "tests", "securityTests", "signature", "judge")


class RewardError(Exception):
    """The service could not be asked, or refused the request."""


class Undecided(RewardError):
    """An oracle could not decide, and there is no group whose mean could stand in."""


class RewardClient:
    """One service. Safe to use from several threads.

    url, token: default to PURPCODE_REWARD_URL and PURPCODE_TOKEN. timeout: seconds for one request. retries: further
    tries after a lost connection or a status that may pass. batch: responses in one request.
    """

    def __init__(self, url=None, token=None, timeout=600.0, retries=5, batch=512):
        self.url = (url or os.environ.get("PURPCODE_REWARD_URL", DEFAULT_URL)).rstrip("/")
        self._token = token or os.environ.get("PURPCODE_TOKEN", "")
        self.timeout = timeout
        self.retries = retries
        self.batch = batch

    def rewards(self, items):
        """list of dicts {oracle, prompt, response, tests?, ...} -> list of float or None, in the same order."""
        return [row["reward"] for row in self.rows(items)]

    def rows(self, items):
        """The same with objectives and verdicts: list of dicts {id, reward, objectives, verdicts}."""
        rows = []
        for start in range(0, len(items), self.batch):
            chunk = items[start : start + self.batch]
            numbered = [dict(item, id=start + i) for i, item in enumerate(chunk)]
            answer = self._post({"items": numbered}).get("rewards")
            if not isinstance(answer, list) or [row.get("id") for row in answer] != [item["id"] for item in numbered]:
                raise RewardError(f"{self.url} did not answer with one reward per response")
            rows.extend(answer)
        return rows

    def _post(self, body):
        data = json.dumps(body).encode()
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"}
        for attempt in range(self.retries + 1):
            request = urllib.request.Request(f"{self.url}/v1/rewards", data=data, headers=headers, method="POST")
            wait = min(30.0, 0.5 * 2**attempt) * random.uniform(0.5, 1.0)
            try:
                with urllib.request.urlopen(request, timeout=self.timeout) as response:
                    return json.load(response)
            except urllib.error.HTTPError as error:
                problem = error.read().decode(errors="replace")
                if error.code not in RETRIED or attempt == self.retries:
                    raise RewardError(f"{self.url} answered {error.code}: {problem[:500]}") from error
                after = error.headers.get("Retry-After", "")
                wait = max(wait, float(after)) if after.isdigit() else wait
            except (OSError, ValueError) as error:
                if attempt == self.retries:
                    raise RewardError(f"{self.url} cannot be asked: {error}") from error
            time.sleep(wait)
        raise AssertionError("unreachable")


def neutral(rewards, groups):
    """Undecided rewards (None) become the mean of the decided ones with the same group key; 0.0 in a group without
    any, where all are equal and nothing is learned. -> list of float."""
    decided = {}
    for reward, group in zip(rewards, groups):
        if reward is not None:
            decided.setdefault(group, []).append(reward)
    means = {group: sum(values) / len(values) for group, values in decided.items()}
    return [means.get(group, 0.0) if reward is None else reward for reward, group in zip(rewards, groups)]


_default_client = None


def _client():
    global _default_client
    if _default_client is None:
        _default_client = RewardClient()
    return _default_client


def trl_reward(prompts, completions, oracle=None, **columns):
    """A reward function of TRL's GRPOTrainer. prompts, completions: strings or lists of messages."""
    count = len(completions)
    if oracle is None:
        raise RewardError("the dataset needs a column `oracle`: what each prompt's responses are checked for")
    columns = dict(columns, oracle=oracle)
    items = []
    for i in range(count):
        item = {name: columns[name][i] for name in FIELDS if columns.get(name) and columns[name][i] is not None}
        item["prompt"] = prompts[i]
        item["response"] = _text(completions[i])
        items.append(item)
    return neutral(_client().rewards(items), [json.dumps(prompt, sort_keys=True) for prompt in prompts])


def verl_batch(data_sources, solution_strs, ground_truths, extra_infos, **_options):
    """A `compute_score` of verl's batch reward manager -> list of dicts with `score`.

    extra_info: a dict with `prompt` (string or messages) and `oracle`, and what the oracle needs (`tests` ...; a
    string is read as JSON, since parquet has no unions). ground_truth may hold the tests instead.
    """
    items = [_verl_item(*row) for row in zip(data_sources, solution_strs, ground_truths, extra_infos)]
    rows = _client().rows(items)
    scores = neutral([row["reward"] for row in rows], [json.dumps(item["prompt"], sort_keys=True) for item in items])
    return [
        {"score": score, "undecided": float(row["reward"] is None)} for score, row in zip(scores, rows)
    ]


def verl_score(data_source, solution_str, ground_truth, extra_info=None, **_options):
    """A `compute_score` of verl's other reward managers: one response, one request. Prefer verl_batch: here no group
    is in sight, so an undecided response raises Undecided."""
    reward = _client().rewards([_verl_item(data_source, solution_str, ground_truth, extra_info)])[0]
    if reward is None:
        raise Undecided("an oracle could not decide; use verl_batch, which can give a neutral reward")
    return reward


def _verl_item(data_source, solution_str, ground_truth, extra_info):
    info = dict(extra_info or {})
    if "prompt" not in info:
        raise RewardError("extra_info needs `prompt`: what the response answers")
    item = {name: _json(info[name]) for name in FIELDS if info.get(name) is not None}
    item.setdefault("oracle", data_source)
    if ground_truth and "tests" not in item:
        item["tests"] = _json(ground_truth)
    prompt = info["prompt"]
    item["prompt"] = prompt if isinstance(prompt, str) else [dict(message) for message in prompt]
    item["response"] = solution_str
    return item


def _json(value):
    if isinstance(value, str) and value[:1] in '{["':
        return json.loads(value)
    return value


def _text(completion):
    return completion if isinstance(completion, str) else completion[-1]["content"]
