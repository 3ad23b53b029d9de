import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Failures } from '../../../src/base/failure.ts';
import { buildTriplet } from '../../../src/base/triplet.ts';
import { selectTarget } from '../../../src/config/target.ts';
import { openWorkspace } from '../../../src/config/workspace.ts';
import { type Files, temporaryTree } from '../../support/tree.ts';

const toolchain = 'TARGET=arm-linux-musleabihf\n';

/** Selects a target in a repository with these files; paths in the answer and in failures start with `/`. */
function select(files: Files, board: string, product: string, layers: readonly Files[] = []) {
  using tree = temporaryTree();
  const trees = [files, ...layers].map((each, at) => {
    tree.write(Object.fromEntries(Object.entries(each).map(([name, text]) => [`${at}/${name}`, text])));
    return join(tree.path, String(at));
  });
  const [root = '', ...others] = trees;
  const workspace = openWorkspace({ root, layers: others, cwd: tree.path, env: { MK_STORE: '/store' } });
  const target = selectTarget(workspace, board, product);
  return { ...target, locations: target.locations.map((path) => path.slice(tree.path.length)) };
}

const rpi = { 'board/rpi/TOOLCHAIN': toolchain, 'board/rpi3/TOOLCHAIN': toolchain };

test('a target is a board and a product, with the places of its configuration, the most specific first', () => {
  expect(select({ ...rpi, 'product/router/rpi3/INIT': '', 'product/router/INIT': '' }, 'rpi3', 'router')).toEqual({
    board: 'rpi3',
    product: 'router',
    locations: ['/0/product/router/rpi3', '/0/product/router', '/0/board/rpi3'],
    triplet: 'arm-linux-musleabihf',
  });
});

test('every kind of place is looked up in later trees before earlier ones', () => {
  const everywhere = { 'board/b/X': '', 'product/p/X': '', 'product/p/b/X': '' };
  expect(
    select({ ...everywhere, 'board/b/TOOLCHAIN': toolchain }, 'b', 'p', [everywhere, { 'board/b/X': '' }]).locations,
  ).toEqual([
    '/1/product/p/b',
    '/0/product/p/b',
    '/1/product/p',
    '/0/product/p',
    '/2/board/b',
    '/1/board/b',
    '/0/board/b',
  ]);
});

test('names of boards and products are taken as they are', () => {
  expect(select({ 'board/$&B/TOOLCHAIN': toolchain, 'product/PB/X': '' }, '$&B', 'PB').locations).toEqual([
    '/0/product/PB',
    '/0/board/$&B',
  ]);
});

describe('an unknown name', () => {
  test('of a board is an error that lists the boards', () => {
    expect(() => select({ ...rpi, 'product/router/X': '' }, 'rpi4', 'router')).toThrow(
      expect.objectContaining({
        code: 'board-unknown',
        message: 'there is no board "rpi4"',
        detail: 'boards: rpi, rpi3',
        hint: 'did you mean "rpi"?',
      }),
    );
  });

  test('of the product is reported together with that of the board', () => {
    const attempt = () => select({ ...rpi, 'product/router/X': '' }, 'x', 'routr');
    expect(attempt).toThrow(Failures);
    expect(attempt).toThrow('there is no board "x"\nthere is no product "routr"');
  });

  test('cannot leave the directory of boards', () => {
    expect(() => select({ ...rpi, 'product/router/X': '' }, '../board/rpi', 'router')).toThrow(
      expect.objectContaining({ code: 'board-unknown' }),
    );
  });
});

describe('BOARDS', () => {
  const product = (text: string) => ({ ...rpi, 'product/router/BOARDS': text });

  test('that is absent allows every board', () => {
    expect(select({ ...rpi, 'product/router/X': '' }, 'rpi', 'router').board).toBe('rpi');
  });

  test('names boards exactly: rpi3 does not allow rpi', () => {
    expect(() => select(product('rpi3\n'), 'rpi', 'router')).toThrow(
      expect.objectContaining({
        code: 'board-unsupported',
        message: 'product router cannot be built for board rpi',
        detail: expect.stringMatching(/\/product\/router\/BOARDS lists: rpi3$/),
      }),
    );
    expect(select(product('rpi3\n'), 'rpi3', 'router').board).toBe('rpi3');
  });

  test.each(['rpi\nrpi3', 'rpi3 rpi\n', '# both\nrpi # first\n\nrpi3\n'])('is a list: %j', (text) => {
    expect(select(product(text), 'rpi', 'router').board).toBe('rpi');
  });

  test('with nothing in it allows no board', () => {
    expect(() => select(product('# none yet\n'), 'rpi', 'router')).toThrow(
      expect.objectContaining({ detail: expect.stringContaining('no board at all') }),
    );
  });

  test('of a later tree replaces that of an earlier one', () => {
    expect(select(product('rpi3'), 'rpi', 'router', [{ 'product/router/BOARDS': 'rpi' }]).board).toBe('rpi');
  });
});

describe('TARGET', () => {
  test('is taken from the most specific TOOLCHAIN', () => {
    const files = { ...rpi, 'product/router/TOOLCHAIN': 'TARGET=aarch64-linux-musl' };
    expect(select(files, 'rpi', 'router').triplet).toBe('aarch64-linux-musl');
  });

  test('"native" is the machine that runs mk', () => {
    expect(select({ 'board/host/TOOLCHAIN': 'TARGET=native', 'product/p/X': '' }, 'host', 'p').triplet).toBe(
      buildTriplet(),
    );
  });

  test.each(['', 'GCC_CPU=arm1176jzf-s\n', 'TARGET=\n'])(
    'that is missing is one error that says where it belongs: %j',
    (text) => {
      expect(() => select({ 'board/rpi/TOOLCHAIN': text, 'product/p/X': '' }, 'rpi', 'p')).toThrow(
        expect.objectContaining({
          code: 'config-invalid',
          message: 'board rpi has no TARGET',
          hint: expect.stringContaining('board/rpi/TOOLCHAIN'),
        }),
      );
    },
  );

  test('that is no triplet is an error that points to it', () => {
    expect(() => select({ 'board/rpi/TOOLCHAIN': '# cpu\nTARGET=arm\n', 'product/p/X': '' }, 'rpi', 'p')).toThrow(
      expect.objectContaining({ code: 'config-invalid', place: expect.objectContaining({ line: 2, column: 8 }) }),
    );
  });
});

describe('a product that names another one in BASE', () => {
  const base = { ...rpi, 'product/router/rpi3/INIT': '', 'product/router/BOARDS': 'rpi3\n' };

  test('has the places of that one, too, after its own', () => {
    const office = { 'product/office/BASE': 'router # and more\n', 'product/office/INIT': '' };
    expect(select({ ...base, ...office }, 'rpi3', 'office', [{ 'product/router/motd': '' }]).locations).toEqual([
      '/0/product/office',
      '/0/product/router/rpi3',
      '/1/product/router',
      '/0/product/router',
      '/0/board/rpi3',
    ]);
  });

  test('is for the same boards, or for those that it says itself', () => {
    const office = { ...base, 'product/office/BASE': 'router\n' };
    expect(() => select(office, 'rpi', 'office')).toThrow('product office cannot be built for board rpi');
    expect(select({ ...office, 'product/office/BOARDS': 'rpi\n' }, 'rpi', 'office').product).toBe('office');
  });

  test.each([
    ['rooter', 'there is no product "rooter"', 'did you mean "router"?'],
    ['office', 'the products office, office are each made of the next', 'one must stand alone'],
    ['', 'product/office/BASE names no single product', 'write the name of one'],
    ['router office', 'product/office/BASE names no single product', 'write the name of one'],
  ])('that is "%s" is refused', (name, message, hint) => {
    expect(() => select({ ...base, 'product/office/BASE': name }, 'rpi3', 'office')).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining(message), hint }),
    );
  });
});
