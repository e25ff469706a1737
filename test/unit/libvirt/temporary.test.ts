import { expect, it } from 'vitest';
import {
  reattachNetworkOf,
  temporaryNetworkOf,
  temporaryNetworkXml,
} from '../../../src/libvirt/index.js';

const UUID = '08b765aa-5a81-49d7-95de-aa322f790e34';

it('derives the same names as ever, so that what an older run left is found', () => {
  expect(temporaryNetworkOf(UUID)).toEqual({
    uuid: 'ca1333a2-46f3-8412-8eb7-3df1464cd985',
    name: 'ven-stand-in-ca1333a246f3',
    bridge: 'vnsca1333a246',
  });
  expect(reattachNetworkOf(UUID)).toMatchObject({
    uuid: 'b972f5af-cfde-89c0-8d66-8a2d643897df',
    name: 'ven-reattach-b972f5afcfde',
    bridge: 'vnrb972f5afcf',
  });
});

it('is written with its mark, or without one', () => {
  const lines = (xml: string): string[] => xml.replaceAll('><', '>\n<').split('\n');
  const user = { fleet: 'f', network: 'n' };
  const nics = [{ domain: 'd', mac: 'm', xml: '<interface/>' }];
  expect(lines(temporaryNetworkXml({ network: UUID, user, nics }))).toEqual([
    '<network>',
    '<name>ven-stand-in-ca1333a246f3</name>',
    '<uuid>ca1333a2-46f3-8412-8eb7-3df1464cd985</uuid>',
    '<metadata>',
    `<ven:standIn xmlns:ven="urn:ven:1" network="${UUID}" fleet="f" name="n">`,
    '<ven:nic domain="d" mac="m">&lt;interface/&gt;</ven:nic>',
    '</ven:standIn>',
    '</metadata>',
    '<bridge name="vnsca1333a246" stp="off" delay="0"/>',
    '</network>',
  ]);
  expect(lines(reattachNetworkOf(UUID).xml)).toEqual([
    '<network>',
    '<name>ven-reattach-b972f5afcfde</name>',
    '<uuid>b972f5af-cfde-89c0-8d66-8a2d643897df</uuid>',
    '<bridge name="vnrb972f5afcf" stp="off" delay="0"/>',
    '</network>',
  ]);
});
