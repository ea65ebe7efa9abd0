import { COLUMNS, columnsGraph, PROBABILITY } from './columns-graph.ts';
import {
  encodeModel,
  floatsAttribute,
  type GraphNode,
  intAttribute,
  intsAttribute,
  stringAttribute,
  stringsAttribute,
} from './onnx.ts';
import { LEAF, type TreeEnsemble } from './tree.ts';

/** The model file of a tree ensemble: the shared columns, TreeEnsembleRegressor for the log odds, Sigmoid. */
export function treeGraph(
  ensemble: TreeEnsemble,
  columns: number,
  name: string,
  description: string,
): Uint8Array {
  const shared = columnsGraph(columns);
  return encodeModel({
    ...shared,
    name,
    description,
    nodes: [
      ...shared.nodes,
      ensembleNode(ensemble),
      { op: 'Sigmoid', inputs: ['log_odds'], outputs: [PROBABILITY] },
    ],
  });
}

/** Trees as parallel lists, one entry per node: https://onnx.ai/onnx/operators/onnx_aionnxml_TreeEnsembleRegressor.html */
function ensembleNode({ base, trees }: TreeEnsemble): GraphNode {
  const nodes = trees.flatMap((tree, treeId) => tree.map((node, nodeId) => ({ ...node, treeId, nodeId })));
  const leaves = nodes.filter((node) => node.column === LEAF);
  return {
    op: 'TreeEnsembleRegressor',
    domain: 'ai.onnx.ml',
    inputs: [COLUMNS],
    outputs: ['log_odds'],
    attributes: [
      intAttribute('n_targets', 1),
      stringAttribute('aggregate_function', 'SUM'),
      stringAttribute('post_transform', 'NONE'),
      floatsAttribute('base_values', [base]),
      intsAttribute(
        'nodes_treeids',
        nodes.map((node) => node.treeId),
      ),
      intsAttribute(
        'nodes_nodeids',
        nodes.map((node) => node.nodeId),
      ),
      stringsAttribute(
        'nodes_modes',
        nodes.map((node) => (node.column === LEAF ? 'LEAF' : 'BRANCH_LEQ')),
      ),
      intsAttribute(
        'nodes_featureids',
        nodes.map((node) => Math.max(node.column, 0)),
      ),
      floatsAttribute(
        'nodes_values',
        nodes.map((node) => node.threshold),
      ),
      intsAttribute(
        'nodes_truenodeids',
        nodes.map((node) => node.yes),
      ),
      intsAttribute(
        'nodes_falsenodeids',
        nodes.map((node) => node.no),
      ),
      intsAttribute(
        'nodes_missing_value_tracks_true',
        nodes.map((node) => (node.missingYes ? 1 : 0)),
      ),
      intsAttribute(
        'target_treeids',
        leaves.map((leaf) => leaf.treeId),
      ),
      intsAttribute(
        'target_nodeids',
        leaves.map((leaf) => leaf.nodeId),
      ),
      intsAttribute(
        'target_ids',
        leaves.map(() => 0),
      ),
      floatsAttribute(
        'target_weights',
        leaves.map((leaf) => leaf.weight),
      ),
    ],
  };
}
