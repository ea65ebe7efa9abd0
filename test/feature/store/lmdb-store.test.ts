import { openStore } from './opened-store.ts';
import { storeContract } from './store-contract.ts';

storeContract('the embedded store', () => openStore());
