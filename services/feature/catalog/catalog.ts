import type { GetFeaturesRequest__Output } from '../../gen/scoremesh/feature/v1/GetFeaturesRequest.ts';
import type { ListFeaturesResponse__Output } from '../../gen/scoremesh/feature/v1/ListFeaturesResponse.ts';
import { invalidRequest, MeshError } from '../../kit/errors/mesh-error.ts';
import { maxFeaturesPerSet } from '../config.ts';
import type { Declarations, FeatureSet, SetColumn, View } from '../declarations/declarations.ts';
import { describeDeclarations, describeSet } from '../declarations/descriptions.ts';
import type { ViewProgram } from '../engine/view-program.ts';
import { planStreams, type StreamPlans } from '../ingest/stream-plans.ts';
import { nameList } from '../name-list.ts';
import { planRead, type ReadPlan } from '../serving/read-plan.ts';
import type { ViewSource } from '../serving/view-source.ts';
import type { EventIndex, FeatureStore } from '../store/feature-store.ts';
import { parseSetReference, unknownSet } from './set-reference.ts';
import { ViewSources } from './view-sources.ts';

/** Plans of features that were named one by one, kept for the next read of the same. */
const maxNamedPlans = 1_000;
/** Characters of a name in a message. */
const maxNameShown = 100;

/** What is declared and what was, ready to be read. Versions of a set are kept for ever: a model reads the one it was made for. */
export class Catalog {
  readonly #store: FeatureStore;
  readonly #sources: ViewSources;
  readonly #sets = new Map<string, FeatureSet>();
  /** Every view that ever was: an index that events stopped entering could not be read again. */
  readonly #views = new Map<string, View>();
  readonly #plans = new Map<string, ReadPlan>();
  readonly #named = new Map<string, ReadPlan>();
  #current: Declarations = { streams: new Map(), entities: new Map(), views: new Map(), sets: new Map() };

  constructor(store: FeatureStore, program: (view: View) => ViewProgram) {
    this.#store = store;
    this.#sources = new ViewSources(program);
  }

  get current(): Declarations {
    return this.#current;
  }

  /** Sets and views that were in force once. Before `use`. */
  remember(sets: Iterable<FeatureSet>, views: Iterable<View>): void {
    for (const set of sets) this.#sets.set(set.digest, set);
    for (const view of views) this.#views.set(view.digest, view);
  }

  /** Takes declarations in force and makes their indexes. No commit may be under way. */
  async use(next: Declarations): Promise<StreamPlans> {
    const sets = new Map([
      ...this.#sets,
      ...[...next.sets.values()].map((set) => [set.digest, set] as const),
    ]);
    for (const view of [...next.views.values(), ...[...sets.values()].flatMap((set) => set.views)])
      this.#views.set(view.digest, view);
    const views = [...this.#views.values()];
    const streams = await planStreams(next.streams.values(), views, this.#store);
    for (const view of views) this.#sources.add(view, streams.indexOf(view));
    for (const [digest, set] of sets) this.#sets.set(digest, set);
    this.#current = next;
    // All anew: how long a stream keeps its events is no part of a set's digest.
    for (const set of sets.values()) this.#plans.set(set.digest, this.#planOf(set));
    this.#named.clear();
    return streams;
  }

  /** The views that an event of the index matters to. */
  readersOf(index: EventIndex): readonly ViewSource[] {
    return this.#sources.readersOf(index);
  }

  /** The set that a reference means. Throws FEATURE_SET_NOT_FOUND or FEATURE_SET_CHANGED. */
  set(text: string): FeatureSet {
    const reference = parseSetReference(text);
    const current = this.#current.sets.get(reference.name);
    const found = reference.digest === undefined ? current : this.#sets.get(reference.digest);
    if (found === undefined || found.name !== reference.name)
      throw unknownSet(reference, [...this.#current.sets.keys()], current?.digest);
    return found;
  }

  /** Everything that is current, or the one set that a reference means. */
  list(reference: string): ListFeaturesResponse__Output {
    if (reference === '') return describeDeclarations(this.#current);
    return { views: [], sets: [describeSet(this.set(reference))], streams: [], entities: [] };
  }

  /**
   * What a request reads: a set, or features by their names. Throws FEATURE_SET_NOT_FOUND, FEATURE_SET_CHANGED, FEATURE_VIEW_NOT_FOUND (also
   * for a feature that its view does not have) or INVALID_REQUEST.
   */
  plan({ featureSet, features }: GetFeaturesRequest__Output): ReadPlan {
    if (features.length > 0 && featureSet !== '')
      throw invalidRequest([
        { field: 'features', description: 'names features beside a feature_set; give one of them' },
      ]);
    if (features.length > 0) return this.#namedPlan(features);
    if (featureSet === '')
      throw invalidRequest([
        { field: 'feature_set', description: 'is empty; name a feature set, or features as "view.feature"' },
      ]);
    const plan = this.#plans.get(this.set(featureSet).digest);
    if (plan === undefined) throw new Error(`feature set ${featureSet} has no plan`);
    return plan;
  }

  #planOf(set: FeatureSet): ReadPlan {
    return planRead(
      set,
      (view) => this.#sources.of(view),
      ({ stream }) => (this.#current.streams.get(stream.name) ?? stream).retentionMs,
    );
  }

  #namedPlan(features: readonly string[]): ReadPlan {
    if (features.length > maxFeaturesPerSet)
      throw invalidRequest([
        {
          field: 'features',
          description: `there are ${features.length}; ask for at most ${maxFeaturesPerSet}`,
        },
      ]);
    // With their number, so that one name with a line break in it is not two.
    const id = `${features.length}\n${features.join('\n')}`;
    const known = this.#named.get(id);
    if (known !== undefined) return known;
    const plan = this.#planOf(this.#unnamedSet(features));
    if (this.#named.size >= maxNamedPlans) this.#named.clear();
    this.#named.set(id, plan);
    return plan;
  }

  #unnamedSet(features: readonly string[]): FeatureSet {
    const columns = features.map((path, index) => this.#column(path, index));
    const views = new Set(columns.flatMap(({ source }) => (source.kind === 'feature' ? [source.view] : [])));
    return {
      name: '',
      description: '',
      columns,
      inputs: [],
      derivedKeys: new Map(),
      transforms: [],
      views: [...views],
      keys: [...new Set([...views].flatMap((view) => view.entity?.keys ?? []))],
      digest: '',
    };
  }

  #column(path: string, index: number): SetColumn {
    const [viewName = '', featureName = '', ...more] = path.split('.');
    if (viewName === '' || featureName === '' || more.length > 0)
      throw invalidRequest([
        { field: `features[${index}]`, description: `${shown(path)} is not of the form "view.feature"` },
      ]);
    const view = this.#current.views.get(viewName);
    if (view === undefined)
      throw new MeshError(
        'FEATURE_VIEW_NOT_FOUND',
        `features[${index}]: no feature view is called ${shown(viewName)}; there are ${nameList(this.#current.views.keys())}`,
        { metadata: { view: viewName.slice(0, maxNameShown) } },
      );
    const feature = view.features.find(({ name }) => name === featureName);
    if (feature === undefined)
      throw new MeshError(
        'FEATURE_VIEW_NOT_FOUND',
        `features[${index}]: view ${viewName} has no feature ${shown(featureName)}; it has ${nameList(view.features.map(({ name }) => name))}`,
        { metadata: { view: viewName, feature: featureName.slice(0, maxNameShown) } },
      );
    return {
      name: path,
      datatype: feature.datatype,
      source: { kind: 'feature', view, feature },
      absent: { kind: 'null' },
      stale: { kind: 'null' },
    };
  }
}

/** A request may call anything a name. */
function shown(name: string): string {
  return JSON.stringify(name.slice(0, maxNameShown));
}
