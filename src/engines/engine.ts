/**
 * The engine contract: the four verbs of the Tinker API (DESIGN.md). Algorithms live above it and are the same
 * at every scale; an engine only moves numbers. All losses are sums over tokens: masks, normalisation and
 * advantage weighting are folded into `weights` and `advantages` by the caller.
 */
export type Tokens = readonly number[];

/** One training sequence. Every array has the length of `input`; `targets[t]` is the token after `input[t]`. */
export interface Datum {
  readonly input: Tokens;
  readonly targets: Tokens;
  /** Weight of each target token in the loss; 0 for prompt tokens. */
  readonly weights: Float32Array;
  /** Policy losses: advantage of each token. */
  readonly advantages?: Float32Array;
  /** Policy losses: log-probability of each target under the policy that sampled it. */
  readonly logprobs?: Float32Array;
  /** KL term: log-probability of each target under the frozen reference policy. */
  readonly referenceLogprobs?: Float32Array;
}

/**
 * Per token t, with lp = log p(target), r = exp(lp - logprobs), A = advantages, w = weights:
 * cross_entropy        -w lp
 * importance_sampling  -w r A
 * ppo                  -w min(r A, clip(r, low, high) A)
 * The two policy losses add `klCoefficient` w (exp(d) - d - 1), d = referenceLogprobs - lp: the low-variance
 * estimator of KL(policy || reference) (Schulman's k3; paper section 4).
 */
export type Loss =
  | { readonly kind: 'cross_entropy' }
  | { readonly kind: 'importance_sampling'; readonly klCoefficient?: number }
  | {
      readonly kind: 'ppo';
      readonly clip: { readonly low: number; readonly high: number };
      readonly klCoefficient?: number;
    };

export interface ForwardBackwardResult {
  /** logprobs[datum][token]: of the targets, under the weights before the step. */
  readonly logprobs: Float32Array[];
  /** `loss` (sum over tokens), for policy losses also `kl` and `clipFraction` (weighted means over tokens). */
  readonly metrics: Readonly<Record<string, number>>;
}

export interface AdamParams {
  readonly learningRate: number;
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** Gradients are scaled down to this global norm; 0 turns clipping off. */
  readonly maxGradNorm: number;
}

export interface OptimMetrics {
  /** Global gradient norm before clipping. */
  readonly gradNorm: number;
}

export interface SampleRequest {
  readonly prompt: Tokens;
  /** Completions of this prompt. */
  readonly n: number;
  readonly maxTokens: number;
  /** 0 is greedy. */
  readonly temperature: number;
  /** Generation ends with (and includes) any of these tokens. */
  readonly stop: readonly number[];
  /** Completion j of a request draws from its own stream (seed, j), whatever else is in the batch. */
  readonly seed: number | string;
}

export interface Sample {
  readonly tokens: number[];
  /** Log-probability of each token under the untempered policy (temperature 1), as training computes it. */
  readonly logprobs: Float32Array;
  /** Mean entropy over the completion's tokens, in nats, of the distribution sampled from. */
  readonly entropy: number;
  readonly stopReason: 'stop' | 'length';
}

/** Frozen weights that can be sampled from and scored with. */
export interface SamplingClient {
  /** samples[request][completion]. */
  sample(requests: readonly SampleRequest[]): Promise<Sample[][]>;
  /** logprobs[sequence][token] of the targets; the reference policy's part in the KL term. */
  logprobs(sequences: readonly Pick<Datum, 'input' | 'targets'>[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

export interface TrainingClient {
  /** Accumulates gradients until `optimStep`. */
  forwardBackward(batch: readonly Datum[], loss: Loss): Promise<ForwardBackwardResult>;
  optimStep(adam: AdamParams): Promise<OptimMetrics>;
  /** A frozen snapshot of the current weights. */
  saveForSampling(): Promise<SamplingClient>;
  /** Writes weights, tokenizer (Hugging Face layout) and optimiser state to a folder, atomically. */
  saveState(folder: string): Promise<void>;
  /** Restores what saveState wrote; without optimiser state in the folder, the optimiser starts anew. */
  loadState(folder: string): Promise<void>;
  close(): Promise<void>;
}

export interface EngineCapabilities {
  readonly lossReduction: 'sum';
  readonly maxContext: number;
  readonly losses: readonly Loss['kind'][];
}

/** Text to tokens and back. Special tokens are only ever added by `special`, never parsed out of text. */
export interface Tokenizer {
  readonly vocabularySize: number;
  encode(text: string): number[];
  decode(tokens: Tokens): string;
  /** Id of a special token such as `<|end|>`; throws if the vocabulary lacks it. */
  special(token: string): number;
}

export interface Engine {
  readonly capabilities: EngineCapabilities;
  readonly tokenizer: Tokenizer;
  /** Training starts from a checkpoint folder. */
  createTrainingClient(checkpoint: string): Promise<TrainingClient>;
  createSamplingClient(checkpoint: string): Promise<SamplingClient>;
  close(): Promise<void>;
}
