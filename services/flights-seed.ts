import { connect } from '../gateway/client/client.ts';
import type { Terminal } from '../gateway/command-line/output.ts';

/**
 * Stores, once, the events that the sample call of the flights example reads: some ten seconds at the first start. Resolves also if that
 * fails or is stopped: the mesh works without them.
 */
export async function storeFlights(address: string, localTime: string, terminal: Terminal): Promise<void> {
  const client = connect({ address });
  let announced = false;
  const clear = (): void => {
    if (announced && terminal.interactive) terminal.redraw('');
  };
  try {
    // Only now: it brings a reader of Parquet files along.
    const { seedFlights } = await import('../examples/flights/seed.ts');
    const seeded = await seedFlights(client, localTime, {
      signal: terminal.stop,
      onProgress: (share) => {
        const text = 'storing two weeks of flights, once, for the sample call';
        if (terminal.interactive) terminal.redraw(`${text}: ${Math.round(100 * share)} %`);
        else if (!announced) terminal.err(text);
        announced = true;
      },
    });
    clear();
    if (seeded === 'no dataset')
      terminal.err(
        'the sample call finds no features: its flights are in vega-datasets, which is not installed',
      );
  } catch (error) {
    clear();
    if (terminal.stop.aborted) return;
    terminal.err(`the sample call may find no features: its flights could not be stored: ${error}`);
  } finally {
    await client.close();
  }
}
