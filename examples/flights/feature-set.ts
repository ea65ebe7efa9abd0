/** The features of this example, declared once: the aggregator, the trainer, the replay and flights.yaml follow it. */
export interface FeatureDeclaration {
  name: string;
  description: string;
}

export interface ViewDeclaration {
  name: string;
  description: string;
  keys: readonly EntityKey[];
  /** A row older than this is no longer an answer. */
  maxAge: string;
  features: readonly FeatureDeclaration[];
}

export type EntityKey = 'origin' | 'destination';

/** A flight is late when it arrives this many minutes after its schedule: the definition of the US DOT. */
export const LATE_MINUTES = 15;

export const FEATURE_SET = 'flight_delay_v1';
export const FEATURE_SET_DESCRIPTION = 'What is known about delays when a flight departs.';

export const VIEWS: readonly ViewDeclaration[] = [
  {
    name: 'origin_delays',
    description: 'Flights that left this airport: how late they arrived, once that is known.',
    keys: ['origin'],
    maxAge: '24h',
    features: airportFeatures('departures_1h', 'Flights that left this airport in the last hour.'),
  },
  {
    name: 'destination_delays',
    description: 'Flights that arrived at this airport, and how late they were.',
    keys: ['destination'],
    maxAge: '24h',
    features: airportFeatures('arrivals_1h', 'Flights that arrived at this airport in the last hour.'),
  },
  {
    name: 'route_delays',
    description:
      'Flights of this origin and destination that left in the same hour of the day as the hour of this row: ' +
      'how late they arrived, and how many there were. A flight at an hour without any is off its schedule.',
    keys: ['origin', 'destination'],
    maxAge: '24h',
    features: [
      {
        name: 'late_rate_14d',
        description:
          'Share of these flights that were late, of arrivals in the last 14 days; null without any.',
      },
      { name: 'flights_14d', description: 'Number of these flights that arrived in the last 14 days.' },
    ],
  },
  {
    name: 'system_delays',
    description: 'All flights between all airports, and how late they arrived.',
    keys: [],
    maxAge: '24h',
    features: [
      {
        name: 'late_rate_1h',
        description: 'Share of arrivals in the last hour that were late; null without any.',
      },
    ],
  },
];

/** `view.feature` in the order of the feature vector. */
export const FEATURE_NAMES: readonly string[] = VIEWS.flatMap((view) =>
  view.features.map((feature) => `${view.name}.${feature.name}`),
);

export const FEATURE_COUNT = FEATURE_NAMES.length;

function airportFeatures(flow: string, flowDescription: string): FeatureDeclaration[] {
  return [
    {
      name: 'late_rate_1h',
      description: 'Share of arrivals in the last hour that were late; null without any.',
    },
    {
      name: 'late_rate_6h',
      description: 'Share of arrivals in the last 6 hours that were late; null without any.',
    },
    {
      name: 'late_rate_14d',
      description: 'Share of arrivals in the last 14 days that were late; null without any.',
    },
    {
      name: 'mean_delay_1h',
      description: 'Mean arrival delay over the last hour, in minutes; null without any.',
    },
    { name: flow, description: flowDescription },
  ];
}
