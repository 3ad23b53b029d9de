import type { GeneratedPackage, Question } from './generated-workspace.ts';
import { dependsVariable } from './generated-workspace.ts';

/** Two modules that all generated recipes import: every question is asked through them. */
export const sharedModules = {
  'asking.ts': `import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';

export const answers = (config, questions) => questions.map((question) => {
  const answer = answerTo(config, question);
  const holds = Array.isArray(answer) ? answer.length > 0 : answer !== undefined && answer !== false && answer !== '';
  return holds ? [answer, answers(config, question.further)] : [answer ?? null];
});

function answerTo(config, { ask, file, name, as, fallback }) {
  switch (ask) {
    case 'board': return config.board;
    case 'product': return config.product;
    case 'variable': return as === 'text' ? config.variables(file).text(name, fallback) : config.variables(file)[as](name);
    case 'override': {
      const path = config.override(file);
      return path === undefined ? undefined : shown(path);
    }
    default: return config[ask](file);
  }
}

function shown(path) {
  if (!statSync(path).isDirectory()) return [readFileSync(path, 'utf8'), (statSync(path).mode & 0o111) !== 0];
  return readdirSync(path).sort().map((name) => [name, shown(path + '/' + name)]);
}

export function sysrootOf(ctx) {
  const dir = ctx.sysroot + '/share';
  return existsSync(dir) ? readdirSync(dir).sort().map((name) => [name, readFileSync(dir + '/' + name, 'utf8')]) : [];
}

export const contentsOf = (ctx) => ctx.contents.map(({ name, version, license, tree }) => {
  const file = tree + '/share/' + name;
  return [name, version ?? null, license ?? null, existsSync(file) ? readFileSync(file, 'utf8') : null];
});
`,
};

const json = (questions: readonly Question[]): string => JSON.stringify(questions);

/** The build.ts of a generated package. */
export function recipeText(made: GeneratedPackage, depth = '../..'): string {
  const { name, fields, computed, output } = made;
  const lines = [
    `contains: ${JSON.stringify(made.contains)},`,
    `buildDepends: ${JSON.stringify(made.buildDepends)},`,
    fields !== undefined && computed.depends
      ? `depends: [...new Set([...${JSON.stringify(made.depends)}, ...config.variables('INIT').list('${dependsVariable(name)}')])],`
      : `depends: ${JSON.stringify(made.depends)},`,
    fields !== undefined && computed.version && "version: 'v' + config.variables('CFG').text('V1', 'none'),",
    fields !== undefined && computed.license && "license: 'l' + config.variables('INIT').text('V0', ''),",
    ...(output === undefined ? [] : hooks(made, output)),
  ];
  const body = lines.filter((line) => line !== false).join('\n  ');
  return `import { recipe } from '#mk';
import { answers, contentsOf, sysrootOf } from '${depth}/asking.ts';
${
  fields === undefined
    ? `export default recipe({\n  ${body}\n});`
    : `export default recipe((config) => {\n  answers(config, ${json(fields)});\n  return {\n  ${body}\n};\n});`
}
`;
}

function hooks({ name, build, deploy }: GeneratedPackage, output: NonNullable<GeneratedPackage['output']>): string[] {
  return [
    `async build(ctx) {
    const asked = answers(ctx.config, ${json(build)});
    await ctx.write('built', JSON.stringify(${output.answers ? 'asked' : '[]'}));
  },`,
    `async deploy(ctx) {
    const asked = answers(ctx.config, ${json(deploy)});
    const text = JSON.stringify([
      JSON.parse(await ctx.read('built')),
      ${output.answers ? 'asked' : '[]'},
      ${output.sysroot ? 'sysrootOf(ctx)' : '[]'},
      ${output.contents ? 'contentsOf(ctx)' : '[]'},
    ]);
    await ctx.write(ctx.deployDir + '/share/${name}', text);
  },`,
  ];
}
