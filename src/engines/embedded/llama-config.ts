/**
 * The shape of a Llama-family decoder (RMSNorm, RoPE, SwiGLU, grouped-query attention; Touvron et al. 2023) and
 * its translation from and to Hugging Face's `config.json`.
 */
import { z } from 'zod';
import { EngineError } from '../../errors.ts';

export interface LlamaConfig {
  readonly vocabularySize: number;
  readonly layers: number;
  /** Width of the residual stream; a multiple of `heads`, and width / heads is even. */
  readonly width: number;
  readonly heads: number;
  /** Divides `heads`; equal to it for plain multi-head attention. */
  readonly keyValueHeads: number;
  /** Inner width of the SwiGLU block. */
  readonly feedForward: number;
  /** Longest sequence, in tokens. */
  readonly maxContext: number;
  readonly ropeTheta: number;
  readonly normEpsilon: number;
  /** The output head is the embedding table. */
  readonly tiedEmbeddings: boolean;
}

/** One tensor of the model. */
export interface Parameter {
  /** Hugging Face's name. */
  readonly name: string;
  /** Ours: linear layers are [in, out], the transpose of what the file holds. */
  readonly shape: readonly number[];
  readonly linear: boolean;
}

export const EMBEDDING = 'model.embed_tokens.weight';
export const HEAD = 'lm_head.weight';
export const FINAL_NORM = 'model.norm.weight';

/** Name of a tensor of one layer, e.g. `self_attn.q_proj`. */
export function layerName(layer: number, part: string): string {
  return `model.layers.${layer}.${part}.weight`;
}

/** Every tensor of the model, in a fixed order. */
export function parameters(config: LlamaConfig): Parameter[] {
  const { width, feedForward, vocabularySize } = config;
  const keyValueWidth = (width / config.heads) * config.keyValueHeads;
  const vector = (name: string): Parameter => ({ name, shape: [width], linear: false });
  const linear = (name: string, from: number, to: number): Parameter => ({
    name,
    shape: [from, to],
    linear: true,
  });
  const list: Parameter[] = [{ name: EMBEDDING, shape: [vocabularySize, width], linear: false }];
  for (let i = 0; i < config.layers; i++)
    list.push(
      vector(layerName(i, 'input_layernorm')),
      linear(layerName(i, 'self_attn.q_proj'), width, width),
      linear(layerName(i, 'self_attn.k_proj'), width, keyValueWidth),
      linear(layerName(i, 'self_attn.v_proj'), width, keyValueWidth),
      linear(layerName(i, 'self_attn.o_proj'), width, width),
      vector(layerName(i, 'post_attention_layernorm')),
      linear(layerName(i, 'mlp.gate_proj'), width, feedForward),
      linear(layerName(i, 'mlp.up_proj'), width, feedForward),
      linear(layerName(i, 'mlp.down_proj'), feedForward, width),
    );
  list.push(vector(FINAL_NORM));
  // Kept as [vocabulary, width] like the embedding, so that tied and untied heads are used alike.
  if (!config.tiedEmbeddings) list.push({ name: HEAD, shape: [vocabularySize, width], linear: false });
  return list;
}

const positive = z.int().min(1);
const schema = z.looseObject({
  model_type: z.literal('llama'),
  hidden_act: z.literal('silu').default('silu'),
  vocab_size: positive,
  num_hidden_layers: positive,
  hidden_size: positive,
  num_attention_heads: positive,
  num_key_value_heads: positive.optional(),
  head_dim: positive.optional(),
  intermediate_size: positive,
  max_position_embeddings: positive,
  rope_theta: z.number().positive().default(10000),
  rope_scaling: z.null().optional(),
  rms_norm_eps: z.number().positive().default(1e-6),
  attention_bias: z.literal(false).default(false),
  mlp_bias: z.literal(false).default(false),
  tie_word_embeddings: z.boolean().default(false),
});

/**
 * @param source the file's name, for errors.
 * @throws EngineError when it is not the configuration of a Llama that we can run.
 */
export function parseLlamaConfig(text: string, source: string): LlamaConfig {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new EngineError(`${source} is not JSON`, { cause });
  }
  const parsed = schema.safeParse(json);
  if (!parsed.success)
    throw new EngineError(`${source} does not describe a supported model\n${z.prettifyError(parsed.error)}`, {
      hint: 'the embedded engine runs Llama-family decoders without biases and without scaled RoPE',
    });
  const value = parsed.data;
  const config: LlamaConfig = {
    vocabularySize: value.vocab_size,
    layers: value.num_hidden_layers,
    width: value.hidden_size,
    heads: value.num_attention_heads,
    keyValueHeads: value.num_key_value_heads ?? value.num_attention_heads,
    feedForward: value.intermediate_size,
    maxContext: value.max_position_embeddings,
    ropeTheta: value.rope_theta,
    normEpsilon: value.rms_norm_eps,
    tiedEmbeddings: value.tie_word_embeddings,
  };
  checkLlamaConfig(config, source);
  if (value.head_dim !== undefined && value.head_dim !== config.width / config.heads)
    throw new EngineError(`${source}: head_dim must be hidden_size / num_attention_heads`);
  return config;
}

/** @throws EngineError when the sizes do not fit each other. */
export function checkLlamaConfig(config: LlamaConfig, source: string): void {
  const { width, heads, keyValueHeads } = config;
  if (width % heads !== 0 || (width / heads) % 2 !== 0)
    throw new EngineError(`${source}: width ${width} must be an even multiple of its ${heads} heads`);
  if (heads % keyValueHeads !== 0)
    throw new EngineError(`${source}: ${keyValueHeads} key-value heads do not divide ${heads} heads`);
}

export function formatLlamaConfig(config: LlamaConfig, dtype: 'F32' | 'F16'): string {
  const json = {
    architectures: ['LlamaForCausalLM'],
    model_type: 'llama',
    attention_bias: false,
    attention_dropout: 0,
    hidden_act: 'silu',
    hidden_size: config.width,
    initializer_range: 0.02,
    intermediate_size: config.feedForward,
    max_position_embeddings: config.maxContext,
    mlp_bias: false,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.keyValueHeads,
    rms_norm_eps: config.normEpsilon,
    rope_scaling: null,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tiedEmbeddings,
    torch_dtype: dtype === 'F16' ? 'float16' : 'float32',
    vocab_size: config.vocabularySize,
  };
  return `${JSON.stringify(json, null, 2)}\n`;
}
