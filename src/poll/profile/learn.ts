export { isDue, merge } from './probe.ts';
