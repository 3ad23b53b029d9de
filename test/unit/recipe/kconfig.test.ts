import { describe, expect, test } from 'vitest';
import { assign, settings } from '../../../src/recipe/kconfig.ts';

describe('the settings in a text', () => {
  test('are what is set and what is unset, in order, and no other comment', () => {
    expect(
      settings('# Busybox\nCONFIG_A=y\n\n# CONFIG_B is not set\nCONFIG_C="a=b"\n # CONFIG_D=y\nCONFIG_E=\n'),
    ).toEqual([
      { symbol: 'A', value: 'y' },
      { symbol: 'B', value: 'n' },
      { symbol: 'C', value: '"a=b"' },
      { symbol: 'E', value: '' },
    ]);
  });

  test('may be indented, and end with the line ends of another system', () => {
    expect(settings('  CONFIG_64BIT=y\r\n  # CONFIG_B is not set\r\n')).toEqual([
      { symbol: '64BIT', value: 'y' },
      { symbol: 'B', value: 'n' },
    ]);
  });
});

describe('assigning symbols', () => {
  test('replaces what the text says about them, set or not, and keeps the rest', () => {
    const text = '#\n# Made\n#\nCONFIG_A=y\n# CONFIG_B is not set\nCONFIG_AB=m\nCONFIG_C="x"\n';
    const wanted = [
      { symbol: 'A', value: 'n' },
      { symbol: 'B', value: 'm' },
      { symbol: 'NEW', value: '0x10' },
    ];
    expect(assign(text, wanted)).toBe(
      '#\n# Made\n#\nCONFIG_AB=m\nCONFIG_C="x"\n# CONFIG_A is not set\nCONFIG_B=m\nCONFIG_NEW=0x10\n',
    );
  });

  test('takes the later of two settings', () => {
    const wanted = ['y', 'n', 'm'].map((value) => ({ symbol: 'A', value }));
    expect(assign('CONFIG_A=y', wanted)).toBe('CONFIG_A=m\n');
  });

  test('is settled after once', () => {
    const wanted = settings('CONFIG_A=y\n# CONFIG_B is not set\n');
    const once = assign('CONFIG_B=y\nCONFIG_C=y\n', wanted);
    expect(assign(once, wanted)).toBe(once);
    expect(settings(once)).toEqual(expect.arrayContaining(wanted));
  });
});
