/** First three formants of a, i, o and e of a man's voice, Hz (Peterson and Barney 1952). */
const vowels = [
  [730, 1090, 2440],
  [270, 2290, 3010],
  [570, 840, 2410],
  [530, 1840, 2480],
] as const;
const syllablesPerSecond = 4;

/**
 * A sound like a voice: harmonics of a pitch that wavers around 120 Hz, louder near the formants of a vowel that changes with
 * each syllable.
 */
export function speech(sampleRate: number, seconds: number): Float32Array {
  const sound = new Float32Array(sampleRate * seconds);
  let phase = 0;
  for (let i = 0; i < sound.length; i++) {
    const t = i / sampleRate;
    const pitch = 120 + 20 * Math.sin(2 * Math.PI * 2.5 * t) + 10 * Math.sin(2 * Math.PI * 0.7 * t);
    phase += pitch / sampleRate;
    const vowel = vowels[Math.floor(t * syllablesPerSecond) % vowels.length] ?? vowels[0];
    let sum = 0;
    for (let harmonic = 1; harmonic * pitch < 4000; harmonic++)
      sum +=
        (loudness(harmonic * pitch, vowel) * Math.sin(2 * Math.PI * harmonic * phase)) / Math.sqrt(harmonic);
    sound[i] = 0.125 * sum * (1 - Math.cos(2 * Math.PI * syllablesPerSecond * t));
  }
  return sound;
}

function loudness(frequency: number, formants: readonly number[]): number {
  return formants.reduce(
    (sum, formant, i) => sum + Math.exp(-(((frequency - formant) / (80 + 40 * i)) ** 2)) / (i + 1),
    0.02,
  );
}
