import { readSync, writeSync } from 'node:fs';
import { Failure } from '../base/failure.ts';
import type { Action, Answer, AnswerValue, ConfigRequest, Message } from './action.ts';

/** The file descriptor on which the engine listens to the process that runs hooks. */
const descriptor = 3;

let buffered = '';

function readLine(): string {
  const chunk = Buffer.alloc(64 * 1024);
  const decoder = new TextDecoder();
  while (!buffered.includes('\n')) {
    const size = readSync(descriptor, chunk);
    if (size === 0) throw new Error('the engine has gone');
    buffered += decoder.decode(chunk.subarray(0, size), { stream: true });
  }
  const end = buffered.indexOf('\n');
  const line = buffered.slice(0, end);
  buffered = buffered.slice(end + 1);
  return line;
}

/** The action this process was started for; to be called once, first. */
export const receiveAction = (): Action => JSON.parse(readLine()) as Action;

export function send(message: Message): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(descriptor, bytes, sent);
}

/**
 * Asks the engine for configuration and waits for the answer.
 * Synchronous on purpose: recipes read configuration in the middle of expressions.
 */
export const ask = (request: ConfigRequest): AnswerValue => answerTo(request) as AnswerValue;

/** Takes job slots from the budget of the whole build, at once and not more than `most`; their number, at least 1. */
export const takeShare = (most?: number): number => answerTo({ ask: 'share', most }) as number;

function answerTo(message: Message): AnswerValue | number {
  send(message);
  const answer = JSON.parse(readLine()) as Answer;
  if ('failure' in answer) throw Failure.from(answer.failure);
  return answer.value;
}
